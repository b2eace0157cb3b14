// Whether a Zero's kernel answers at its address: what tells a dead agent from a dead Zero.

import { connect, isIP, type Socket } from "node:net";
import type { SlotId } from "../../hat/slots.ts";
import type { Clock } from "./clock.ts";
import { systemCode } from "./error.ts";

export interface AddressProbe {
  /**
   * True: a kernel answers for the slot. False: nothing answers. Null: it cannot be known. `address` is the one that the
   * slot's last link came from; null if there was none. Takes some seconds at most and never rejects.
   */
  answers(slot: SlotId, address: string | null): Promise<boolean | null>;
}

/** ssh, which images have open; and discard, which nobody serves: where packets to the one are dropped, the other may be refused. */
const PORTS = [22, 9];
/** Far more than a round trip on a USB cable, and two of them end before a silent Zero's dwell does. */
const LIMIT_MS = 1000;

/** An answer of either kind comes from a living kernel. */
const ANSWERED = new Set(["ECONNREFUSED", "ECONNRESET"]);
const UNANSWERED = new Set(["EHOSTUNREACH", "EHOSTDOWN", "ETIMEDOUT"]);

type Dial = (target: { readonly host: string; readonly port: number }) => Socket;

/** Knocks at TCP ports, one after the other, until one answers. Whether there is a program behind it does not matter. */
export function tcpAddressProbe(clock: Clock, dial: Dial = connect): AddressProbe {
  return {
    answers: async (_slot, address) => {
      if (address === null || !tellsOfAnother(address)) return null;
      for (const port of PORTS) {
        const answer = await knock(clock, dial, address, port);
        if (answer !== false) return answer;
      }
      return false;
    },
  };
}

/** On loopback our own kernel answers. */
function tellsOfAnother(address: string): boolean {
  return isIP(address) !== 0 && !address.startsWith("127.") && address !== "::1";
}

function knock(clock: Clock, dial: Dial, host: string, port: number): Promise<boolean | null> {
  return new Promise((resolve) => {
    const socket = dial({ host, port });
    const end = (answer: boolean | null) => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    // A process that stood still finds its timer due before it reads the sockets: an answer that is there already counts.
    const cancel = clock.after(LIMIT_MS, () => setImmediate(end, false));
    socket.on("connect", () => end(true));
    socket.on("error", (error) => end(meaningOf(systemCode(error))));
  });
}

/** Anything else (no route, no descriptors, a firewall of ours) tells of us, not of the Zero. */
function meaningOf(code: string): boolean | null {
  if (ANSWERED.has(code)) return true;
  return UNANSWERED.has(code) ? false : null;
}
