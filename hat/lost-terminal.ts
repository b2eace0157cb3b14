// A terminal that was closed while we ran: Node puts the settings of each back at its end, and aborts (SIGABRT) where one has none any more.

import { closeSync, fstatSync } from "node:fs";
import { isatty } from "node:tty";

const STANDARD = [0, 1, 2];

/** For the very end of a process: closes those of its standard streams whose terminal is gone, for Node passes over what is closed. */
export function closeLostTerminal(): void {
  for (const fd of STANDARD) {
    try {
      // A terminal that hung up is a device still, and answers no more. So is /dev/null, which nobody misses at the end.
      if (fstatSync(fd).isCharacterDevice() && !isatty(fd)) closeSync(fd);
    } catch {
      // Closed already.
    }
  }
}
