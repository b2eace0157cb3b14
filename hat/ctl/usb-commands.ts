// `hatctl act|usbboot|save|savedefaults|saveorder|savepos|saveusbboot|setorder|reset`: what only USB boards have.

import type { Command } from "commander";
import type { CtrlSaved } from "../ctrl-tools.ts";
import { HatError } from "../error.ts";
import type { SlotId } from "../slots.ts";
import { confirm } from "./confirm.ts";
import { EXIT, UsageError } from "./exit.ts";
import { limited } from "./limit.ts";
import { refuseWhileControlled, type Session, withSession } from "./session.ts";
import { undisturbed } from "./signals.ts";
import { namedSlots } from "./slot-args.ts";
import { onOrOff } from "./switch-commands.ts";
import { type OpenUsbBoard, orderOf, ordersOf, parseOrder, withUsbBoard } from "./usb-boards.ts";

const SAVES: readonly (readonly [word: string, what: CtrlSaved, description: string])[] = [
  ["save", "all", "save order, USB boot and which Zeros are on to a USB board's EEPROM"],
  ["savedefaults", "defaults", "save the factory settings to a USB board's EEPROM"],
  ["saveorder", "order", "save a USB board's order to its EEPROM"],
  ["savepos", "power", "save which Zeros are on, for a USB board's next power-up"],
  ["saveusbboot", "usbboot", "save a USB board's USB boot pins to its EEPROM"],
];

export function addUsbCommands(program: Command, open: OpenUsbBoard): void {
  const command = (word: string, description: string) =>
    program.command(word).description(description);
  const doing = (word: string, act: (session: Session) => Promise<object>) =>
    withSession(program, async (session) => {
      refuseWhileControlled(session, word);
      const result = await act(session);
      if (session.out.json) session.out.result(result, "");
      return EXIT.done;
    });
  command("act", "switch the activity LED of USB boards")
    .addArgument(onOrOff())
    .argument("[order]", "of one board (default: all)")
    .action((state: string, order?: string) =>
      doing("act", (session) => act(session, open, state === "on", order)),
    );
  command("usbboot", "switch the USB boot pins of compute modules")
    .addArgument(onOrOff())
    .argument("<slots...>")
    .action((state: string, words: string[]) =>
      doing("usbboot", (session) => usbBoot(session, open, state === "on", words)),
    );
  for (const [word, what, description] of SAVES) {
    command(word, description)
      .argument("<order>", "of the board")
      .action((order: string) => doing(word, (session) => save(session, open, what, order)));
  }
  command("setorder", "give a USB board another order, until its next restart (then saveorder)")
    .argument("<old>")
    .argument("<new>")
    .action((old: string, next: string) =>
      doing("setorder", (session) => setOrder(session, open, old, next)),
    );
  command("reset", "restart a USB board; all its Zeros lose power, and come up as saved")
    .argument("<order>")
    .option("--yes", "agree to what it costs")
    .action((order: string, { yes }: { yes?: boolean }) =>
      doing("reset", (session) => reset(session, open, order, yes === true)),
    );
}

/** Without an order: all boards that have one. */
export async function act(
  session: Session,
  open: OpenUsbBoard,
  on: boolean,
  word: string | undefined,
): Promise<object> {
  const done = await eachThatCan(ordersOf(session, word), word !== undefined, (order) =>
    withUsbBoard(open, order, ({ tools }) => tools.act(on)),
  );
  session.out.say(`act ${on ? "on" : "off"}: order ${done.join(", ")}`);
  return { act: on, orders: done };
}

/** Tries each; one that has it not counts only where it was named, or where none has. Resolves with those that did it. */
export async function eachThatCan(
  orders: readonly number[],
  isNamed: boolean,
  act: (order: number) => Promise<void>,
): Promise<readonly number[]> {
  const done: number[] = [];
  let refusal: unknown = null;
  for (const order of orders) {
    try {
      await act(order);
      done.push(order);
    } catch (error) {
      if (isNamed || !(error instanceof HatError) || error.code !== "unsupported") throw error;
      refusal = error;
    }
  }
  if (done.length === 0) throw refusal;
  return done;
}

export async function usbBoot(
  session: Session,
  open: OpenUsbBoard,
  on: boolean,
  words: readonly string[],
): Promise<object> {
  const slots = namedSlots(words, session.board);
  const firstOf = new Map<number, { first: number; slots: SlotId[] }>();
  for (const slot of slots) {
    const part = session.board.info.parts.find((its) => its.slots.includes(slot));
    const order = part === undefined ? null : orderOf(part);
    if (part === undefined || order === null) {
      throw new HatError(
        "unsupported",
        `${slot} sits on a HAT, which has no USB boot: nothing was done`,
      );
    }
    const group = firstOf.get(order) ?? {
      first: session.board.info.slots.indexOf(part.slots[0] as SlotId),
      slots: [],
    };
    group.slots.push(slot);
    firstOf.set(order, group);
  }
  for (const [order, group] of firstOf) {
    await withUsbBoard(open, order, async ({ info, tools }) => {
      for (const slot of group.slots) {
        // By itself the board counts from p1.
        const its = info.slots[session.board.info.slots.indexOf(slot) - group.first];
        if (its !== undefined) await tools.usbBoot(its, on);
        session.out.say(`${slot}: USB boot ${on ? "on" : "off"}`);
      }
    });
  }
  return { usbboot: on, slots };
}

export async function save(
  session: Session,
  open: OpenUsbBoard,
  what: CtrlSaved,
  word: string,
): Promise<object> {
  const order = parseOrder(word);
  const on = await withUsbBoard(open, order, async (board) => {
    const { slots } = await limited(session.timeoutMs, board.read());
    await board.tools.save(what);
    return slots.filter(({ line }) => line === "on").length;
  });
  session.out.say(
    what === "all" || what === "power"
      ? `saved: at its next power-up ${on} of its Zeros will be on, as now`
      : "saved",
  );
  return { saved: what, order };
}

export async function setOrder(
  session: Session,
  open: OpenUsbBoard,
  old: string,
  next: string,
): Promise<object> {
  const order = parseOrder(old);
  const wanted = parseOrder(next);
  if (order === wanted) throw new UsageError(`the board has the order ${order} already`);
  await withUsbBoard(open, order, ({ tools }) => tools.setOrder(wanted));
  session.out.say(
    `the order is ${wanted} until the next restart: \`hatctl saveorder ${wanted}\` keeps it. Slots are numbered by the orders: look at \`hatctl status\` before you switch`,
  );
  return { order: wanted, before: order };
}

export async function reset(
  session: Session,
  open: OpenUsbBoard,
  word: string,
  isAgreed: boolean,
): Promise<object> {
  const order = parseOrder(word);
  await withUsbBoard(open, order, async (board) => {
    const { slots } = await limited(session.timeoutMs, board.read());
    const on = slots.filter(({ line }) => line === "on").length;
    if (on > 0) {
      const cost = `reset cuts the power of ${on} Zeros of the board with the order ${order}, without asking them`;
      await confirm(cost, isAgreed, session.out);
    }
    await undisturbed(() => board.tools.reset());
  });
  session.out.say(`reset: order ${order}`);
  return { reset: order };
}
