// The network that the Zeros of a virtual ClusterHAT are on: its addresses are all this machine's, so the board is asked instead.

import type { SlotId } from "../slots.ts";
import { VirtualHatClient } from "./client.ts";

/**
 * Whether the kernel of the Zero in the slot answers on the network. Connects to the board at the socket for each question.
 * Rejects with a HatError: `no-board`, `permission`, `bus`, or `unsupported` if there is no such slot.
 */
export async function answersOnVirtualNetwork(socketPath: string, slot: SlotId): Promise<boolean> {
  const client = await VirtualHatClient.connect(socketPath);
  try {
    return await client.answers(slot);
  } finally {
    await client.close();
  }
}
