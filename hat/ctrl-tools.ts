// What only the USB boards can do: tell their voltages, save settings, change their order, restart, cycle their hub.

import type { CtrlLine, CtrlLines } from "./ctrl-lines.ts";
import type { CtrlLink, CtrlTalk } from "./ctrl-link.ts";
import {
  adcMillivolts,
  CTRL_COMMAND,
  CTRL_DATA,
  CTRL_REGISTER,
  temperatureC,
} from "./ctrl-protocol.ts";
import { HatError, isHatError } from "./error.ts";
import type { SlotId } from "./slots.ts";
import type { Writer } from "./writer.ts";

export interface CtrlData {
  /** "1.8" */
  readonly firmware: string;
  /** Null where the wiring is not known. */
  readonly adcs: readonly { readonly number: number; readonly millivolts: number | null }[];
  /** Of the AVR's own sensor, not calibrated; null where the firmware reads none. */
  readonly tempC: number | null;
  /** Null where there is none, or where the firmware is older than 1.6. `requests`: slots that ask for cooling (Stack). */
  readonly fan: { readonly on: boolean; readonly requests: readonly SlotId[] } | null;
  /** Empty where there is no such thing. */
  readonly usbBoot: readonly { readonly slot: SlotId; readonly on: boolean }[];
}

/** What is written to the board's EEPROM. `power` (and `all`): the Zeros that are on now will be on at the next power-up. */
export type CtrlSaved = "all" | "defaults" | "order" | "power" | "usbboot" | "led";

/** All but `data` and `paths` take the board's lock. What kind or firmware has not is refused with `unsupported`. */
export interface CtrlTools {
  data(): Promise<CtrlData>;
  save(what: CtrlSaved): Promise<void>;
  /** 1 to 255; no two boards may have the same. Until `save("order")` it is forgotten at the next restart. */
  setOrder(order: number): Promise<void>;
  /** Restarts the board: ALL its Zeros lose power, then come up as saved. Resolves when it answers again. */
  reset(): Promise<void>;
  usbBoot(slot: SlotId, on: boolean): Promise<void>;
  act(on: boolean): Promise<void>;
  fan(on: boolean): Promise<void>;
  /** Cuts the hub's power for 100 to 2550 ms: all USB of the board drops, mostly itself too. Resolves when it answers again. */
  cycleHub(holdMs?: number): Promise<void>;
}

export interface CtrlToolsOptions {
  readonly link: CtrlLink;
  readonly lines: CtrlLines;
  readonly writer: Writer;
  readonly otherOrders: () => Promise<readonly number[]>;
}

const SAVE: Record<CtrlSaved, number> = {
  all: CTRL_COMMAND.save,
  defaults: CTRL_COMMAND.saveDefaults,
  order: CTRL_COMMAND.saveOrder,
  power: CTRL_COMMAND.savePower,
  usbboot: CTRL_COMMAND.saveUsbBoot,
  led: CTRL_COMMAND.saveLed,
};
const HUB_UNIT_MS = 10;
const HUB_HOLD_MS = { least: 100, most: 2550, usual: 1000 };
/** A Stack that switches five Zeros on, a second after each other, and then enumerates. */
const RETURN_TRIES = 150;
const RETURN_PAUSE_MS = 200;
/** Left in the unused register before a restart, which clears it. */
const BEFORE_RESTART = 0x5a;

export function ctrlTools(options: CtrlToolsOptions): CtrlTools {
  const { link, lines, writer } = options;
  const { kind } = link;
  const all = lines.groups.flatMap((group) => group.lines);
  const refuse = (what: string) => {
    throw new HatError("unsupported", `${link.description} has no ${what}`);
  };
  const tell = (code: number, data0 = 0) =>
    writer.write(() => link.talk((talk) => talk.tell({ code, data0 })));
  return {
    data: () => writer.read(() => link.talk((talk) => readData(talk, link, all))),
    async save(what) {
      if (what === "usbboot" && !kind.usbBoot) refuse("USB boot to save");
      if (what === "power" && !kind.savesPower) refuse("way to save which Zeros are on");
      await tell(SAVE[what]);
    },
    async setOrder(order) {
      if (!Number.isInteger(order) || order < 1 || order > 255) {
        throw new HatError("unsupported", `an order is 1 to 255, not ${order}`);
      }
      await writer.write(async () => {
        if ((await options.otherOrders()).includes(order)) {
          throw new HatError("unsupported", `another USB board has the order ${order}`);
        }
        await link.talk((talk) => talk.tell({ code: CTRL_COMMAND.setOrder, data0: order }));
        link.order = order;
        await link.talk(async () => {});
      });
    },
    reset: () => writer.write(() => restart(link, lines)),
    async usbBoot(slot, on) {
      if (!kind.usbBoot) refuse("USB boot");
      const line = all.find((its) => its.slot === slot);
      if (line === undefined) throw new HatError("no-slot", `${link.description} has no ${slot}`);
      const code = on ? CTRL_COMMAND.usbBootOn : CTRL_COMMAND.usbBootOff;
      await tell(code, line.index + 1);
    },
    async act(on) {
      if (!kind.act) refuse("activity LED");
      await tell(on ? CTRL_COMMAND.actOn : CTRL_COMMAND.actOff);
    },
    async fan(on) {
      if (!kind.fan) refuse("fan");
      await tell(CTRL_COMMAND.fan, on ? 1 : 0);
    },
    async cycleHub(holdMs = HUB_HOLD_MS.usual) {
      if (!kind.hub) refuse("hub that it could switch");
      if (!(holdMs >= HUB_HOLD_MS.least && holdMs <= HUB_HOLD_MS.most)) {
        const { least, most } = HUB_HOLD_MS;
        throw new HatError("unsupported", `a hub is cut for ${least} to ${most} ms, not ${holdMs}`);
      }
      await writer.write(() => cycle(link, Math.round(holdMs / HUB_UNIT_MS)));
    },
  };
}

async function readData(
  talk: CtrlTalk,
  { kind }: CtrlLink,
  lines: readonly CtrlLine[],
): Promise<CtrlData> {
  const get = async (data0: number, data1 = 0) => {
    const answer = await talk.ask({ code: CTRL_COMMAND.data, data0, data1 });
    return answer.status === 0 ? answer : null;
  };
  const version = await get(CTRL_DATA.firmware);
  const count = (await get(CTRL_DATA.adcCount))?.data0 ?? 0;
  const adcs: { number: number; millivolts: number | null }[] = [];
  for (let number = 1; number <= count; number += 1) {
    const answer = await get(CTRL_DATA.adc, number);
    adcs.push({ number, millivolts: answer === null ? null : adcMillivolts(answer) });
  }
  const warmth = await get(CTRL_DATA.temperature);
  const fan = kind.fan ? await get(CTRL_DATA.fan) : null;
  const usbBoot: { slot: SlotId; on: boolean }[] = [];
  for (const { index, slot } of kind.usbBoot ? lines : []) {
    const answer = await talk.ask({ code: CTRL_COMMAND.usbBootStatus, data0: index + 1 });
    if (answer.data0 <= 1) usbBoot.push({ slot, on: answer.data0 === 1 });
  }
  return {
    firmware: version === null ? "unknown" : `${version.data1}.${version.data0}`,
    adcs,
    tempC: warmth === null ? null : temperatureC(warmth),
    fan:
      fan === null ? null : { on: (fan.data0 & 1) !== 0, requests: requestsOf(fan.data0, lines) },
    usbBoot,
  };
}

/** From bit 1 on, one bit for each line. */
function requestsOf(status: number, lines: readonly CtrlLine[]): readonly SlotId[] {
  return lines.filter(({ index }) => (status & (2 << index)) !== 0).map(({ slot }) => slot);
}

async function restart(link: CtrlLink, lines: CtrlLines): Promise<void> {
  await link.talk(async (talk) => {
    await talk.write(CTRL_REGISTER.mode, BEFORE_RESTART);
    // The board restarts before it can acknowledge.
    await talk.send({ code: CTRL_COMMAND.reset }).catch(ignoreSilence);
  });
  await returned(link, async (talk) => {
    const [mode] = await talk.read(CTRL_REGISTER.mode, 1);
    if (mode === BEFORE_RESTART) {
      throw new HatError("not-verified", `${link.description} was told to restart, and did not`);
    }
    for (const group of lines.groups) lines.know(group, await lines.look(talk, group));
  });
}

async function cycle(link: CtrlLink, holdUnits: number): Promise<void> {
  const before = await link.connection();
  let acknowledged = true;
  await link.talk((talk) =>
    talk.send({ code: CTRL_COMMAND.hubCycle, data0: holdUnits }).catch((error: unknown) => {
      // With its hub the board drops its own connection, mostly before it can acknowledge.
      ignoreSilence(error);
      acknowledged = false;
    }),
  );
  await returned(link, async () => {});
  if (acknowledged || (await link.connection()) !== before) return;
  throw new HatError(
    "not-verified",
    `${link.description} did not acknowledge that it cycles its hub, and was never away`,
  );
}

function ignoreSilence(error: unknown): void {
  if (!isHatError(error, "bus")) throw error;
}

/** Waits until the board is there again (the kernel finds it anew, perhaps by another bus number). */
async function returned(link: CtrlLink, then: (talk: CtrlTalk) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await link.sleep(RETURN_PAUSE_MS);
    try {
      return await link.talk(then);
    } catch (error) {
      // Its device file may be there before its group may open it.
      const passing = ["bus", "no-board", "permission"] as const;
      const waits = passing.some((code) => isHatError(error, code));
      if (!waits || attempt >= RETURN_TRIES) throw error;
    }
  }
}
