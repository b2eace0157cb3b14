// The keys of [http]: the API.

import { isIP } from "node:net";
import { key, optional, section } from "./key.ts";
import { absolutePath, hostNames, text, trueOrFalse, wholeNumber } from "./kind.ts";

export const HTTP = section(
  "The API over HTTP: who reaches it may read; to change anything takes the token.",
  {
    listen: optional(
      text("an IP address of this machine", (value) => isIP(value) !== 0),
      "127.0.0.1",
      "The address to serve on; without it nothing is served.",
    ),
    port: key(wholeNumber(0, 65_535), 8080, "0 takes any free port."),
    token_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/token",
      "Holds the token, at least 20 characters, mode 0600; without it nothing can be changed over HTTP.",
    ),
    read_only: key(trueOrFalse, false, "Nothing can be changed, whoever asks."),
    hosts: key(
      hostNames,
      [],
      "Names, beside this machine's own, by which it is called; addresses need not be named.",
    ),
  },
);
