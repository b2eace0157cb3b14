// Opens a virtual ClusterHAT with the real expander driver.

import type { PowerBoard } from "../board.ts";
import { openExpanderBoard } from "../expander-board.ts";
import { VirtualHatClient } from "./client.ts";
import { virtualUsbPorts } from "./usb.ts";

/** Connects to the virtual board at the socket. Rejects with `no-board` if none listens there. */
export async function openVirtualBoard(socketPath: string, hold: boolean): Promise<PowerBoard> {
  const client = await VirtualHatClient.connect(socketPath);
  const { chips, slots, model } = await client.info().catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  return await openExpanderBoard({
    bus: client.bus(),
    chips,
    slotCount: slots.length,
    usb: virtualUsbPorts(() => client.usb(), chips),
    supply: client.supply(),
    lockPath: `${socketPath}.lock`,
    hold,
    descriptions: chips.map(
      ({ revision, address }) =>
        `virtual ClusterHAT ${revision} (${model} 0x${address.toString(16)} at ${socketPath})`,
    ),
    virtual: true,
  });
}
