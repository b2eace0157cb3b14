// `hatctl fan on|off`: the fan on a GPIO line of this computer, and those of USB boards.

import type { Command } from "commander";
import { HatError, isHatError } from "../error.ts";
import { FAN_BCM, openFan } from "../fan.ts";
import { EXIT, UsageError } from "./exit.ts";
import { limited } from "./limit.ts";
import { refuseWhileControlled, type Session, withSession } from "./session.ts";
import { onOrOff } from "./switch-commands.ts";
import { type OpenUsbBoard, orderOf, parseOrder, withUsbBoard } from "./usb-boards.ts";
import { eachThatCan } from "./usb-commands.ts";

/** The vendor's word for the fan of the computer itself. */
const OWN = "c";

export function addFanCommand(program: Command, open: OpenUsbBoard): void {
  program
    .command("fan")
    .description("switch the fan of this computer, and of USB boards")
    .addArgument(onOrOff())
    .argument("[which]", "c: this computer's; a number: that of the USB board with this order")
    .option("--gpio <bcm>", "the line of this computer's fan", String(FAN_BCM))
    .action((state: string, which: string | undefined, { gpio }: { gpio: string }) =>
      withSession(program, async (session) => {
        const fans = await fan(session, open, state === "on", which, bcmOf(gpio));
        session.out.say(`fan ${state}: ${fans.join(", ")}`);
        if (session.out.json) session.out.result({ fan: state === "on", fans }, "");
        return EXIT.done;
      }),
    );
}

export async function fan(
  session: Session,
  open: OpenUsbBoard,
  on: boolean,
  which: string | undefined,
  bcm: number,
): Promise<readonly string[]> {
  const { parts } = session.board.info;
  const all = parts.flatMap((part) => orderOf(part) ?? []);
  const orders = which === undefined ? all : which === OWN ? [] : [parseOrder(which)];
  const fans: string[] = [];
  // A computer that carries USB boards alone need not have one.
  if (which === OWN || (which === undefined && parts.length > all.length)) {
    if (session.board.info.virtual) {
      throw new HatError("unsupported", "a virtual board has no fan");
    }
    await ownFan(session, on, bcm);
    fans.push(`GPIO ${bcm}`);
  }
  if (orders.length === 0) return fans;
  refuseWhileControlled(session, "fan");
  const isNamed = which !== undefined || fans.length > 0;
  const done = await eachThatCan(orders, which !== undefined, (order) =>
    withUsbBoard(open, order, ({ tools }) => tools.fan(on)),
  ).catch((error: unknown) => {
    if (isNamed && which === undefined && isHatError(error, "unsupported")) return [];
    throw error;
  });
  return [...fans, ...done.map((order) => `order ${order}`)];
}

async function ownFan({ timeoutMs }: Session, on: boolean, bcm: number): Promise<void> {
  try {
    const line = await limited(timeoutMs, openFan({ bcm }));
    await limited(timeoutMs, line.set(on)).finally(() => line.close());
  } catch (error) {
    if (!isHatError(error, "locked")) throw error;
    throw new HatError(
      "locked",
      `a controller keeps this fan ([hat] fan_gpio): ${error.message}`,
      error,
    );
  }
}

function bcmOf(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new UsageError(`--gpio takes the BCM number of a line, such as ${FAN_BCM}, not "${text}"`);
}
