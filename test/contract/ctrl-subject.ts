// The driver of the USB boards over the model of their firmware, with transfers that can fail.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CtrlBoard } from "../../hat/ctrl-board.ts";
import type { CtrlBus } from "../../hat/ctrl-bus.ts";
import type { CtrlKind } from "../../hat/ctrl-kinds.ts";
import { openCtrlBoard } from "../../hat/ctrl-open.ts";
import { HatError } from "../../hat/error.ts";
import { CtrlModel, OWN_PATHS } from "./ctrl-model.ts";
import type { BusSubject } from "./subject.ts";

export interface CtrlRig {
  readonly model: CtrlModel;
  /** The next transfers fail: before the firmware saw them, or (writes) after. */
  fail(count: number, after?: boolean): void;
  /** Called before and after each transfer of ours. */
  around: { before: () => void; after: () => void };
  /** While true there is no such device. */
  away: boolean;
  /** `kind`: what the driver takes the board for. */
  readonly open: (options?: {
    readonly hold?: boolean;
    readonly kind?: CtrlKind;
  }) => Promise<CtrlBoard>;
  /** What stands before /sys. */
  readonly root: string;
  readonly otherOrders: number[];
  /** How many had the bus open at the same time, at most; and how many have it now. */
  readonly users: { most: number; now: number };
  dispose(): Promise<void>;
}

/** A board on a bus of its own; pauses take no time. */
export async function ctrlRig(model: CtrlModel, firstSlot = 0): Promise<CtrlRig> {
  const directory = await mkdtemp(join(tmpdir(), "hat-ctrl-"));
  let failures = 0;
  let afterwards = false;
  const transfer = <T>(call: () => T, isWrite: boolean): T => {
    rig.around.before();
    const failed = failures > 0;
    if (failed) failures -= 1;
    if (rig.away || (failed && !(isWrite && afterwards))) throw new HatError("bus", "NAK");
    if (!model.acknowledges()) throw new HatError("bus", "NAK, a command runs");
    const result = call();
    rig.around.after();
    if (failed) throw new HatError("bus", "lost the acknowledge");
    return result;
  };
  const openBus = async (): Promise<CtrlBus> => {
    if (rig.away) throw new HatError("no-board", "no such device");
    rig.users.now += 1;
    rig.users.most = Math.max(rig.users.most, rig.users.now);
    return {
      readBlock: async (register, length) => transfer(() => model.read(register, length), false),
      writeBlock: async (register, bytes) => transfer(() => model.write(register, bytes), true),
      close: async () => {
        rig.users.now -= 1;
      },
    };
  };
  const rig: CtrlRig = {
    model,
    fail: (count, after = false) => {
      failures = count;
      afterwards = after;
    },
    around: { before: () => {}, after: () => {} },
    away: false,
    otherOrders: [],
    users: { most: 0, now: 0 },
    root: directory,
    open: (options) =>
      openCtrlBoard({
        kind: options?.kind ?? model.kind,
        order: model.read(2, 1)[0] ?? 0,
        usbPath: usbPathOf(model),
        openBus,
        connection: async () => String(model.connections),
        lockPath: join(directory, "lock"),
        sleep: async () => {},
        hold: options?.hold ?? false,
        firstSlot,
        root: directory,
        supply: async () => null,
        otherOrders: async () => rig.otherOrders,
        virtual: true,
      }),
    dispose: () => rm(directory, { recursive: true }),
  };
  return rig;
}

/** The board is on its own hub, which is at 1-1.2. A Stack has none. */
export function usbPathOf({ kind }: CtrlModel): string {
  return ["1-1.2", ...(OWN_PATHS[kind.name]?.[0] ?? [])].join(".");
}

/** A board under the contract, which is written for four lines: a smaller board is modelled with as many. */
export async function ctrlSubject(kind: CtrlKind): Promise<BusSubject> {
  const four = kind.carriesHats ? kind : { ...kind, slotCount: 4, linesPerLook: 4 };
  const model = new CtrlModel({ kind: four, hats: 1 });
  const rig = await ctrlRig(model);
  return {
    open: rig.open,
    pins: async () => model.lines().slice(0, 4),
    foreign: async (index, line) => model.foreign(line === "on" ? 0x03 : 0x04, index + 1),
    losePower: async () => model.reset(),
    stick: async (index, level) => model.stick(index, level),
    failTransfers: (count) => rig.fail(count),
    dispose: rig.dispose,
  };
}
