// `hatctl detect`: what there is on this machine, what was read where, and what to write for --board. Looks only.

import type { Command } from "commander";
import { type Survey, survey } from "../survey.ts";
import { EXIT } from "./exit.ts";
import { limited } from "./limit.ts";
import { Output } from "./output.ts";
import type { GlobalFlags } from "./session.ts";
import { table } from "./table.ts";
import { limitMilliseconds } from "./time.ts";

/** That of `no-board`. */
const NOTHING_FOUND = 3;
const POWER_ON_STATE = 0xff;

export function addDetectCommand(program: Command): void {
  program
    .command("detect")
    .description("show what was looked for, what was read where, and what to write for --board")
    .action(async () => {
      const flags = program.opts<GlobalFlags>();
      const timeoutMs = limitMilliseconds("--timeout", flags.timeout);
      const seen = await limited(timeoutMs, survey());
      const out = new Output(flags.json === true);
      out.result(seen, detectText(seen));
      process.exitCode = seen.spec === null ? NOTHING_FOUND : EXIT.done;
    });
}

/** For people. */
export function detectText(seen: Survey): string {
  const { i2c, gpio, hubs, usbBoards, usbError, spec, advice } = seen;
  const rows: (readonly [string, string])[] = [
    ["EEPROM", eepromText(seen)],
    ...chipRows(i2c),
    ...gpio.chips.map(
      ({ label, base, isHeader }) =>
        [`GPIO ${base}`, `${label}${isHeader ? ": the 40-pin header" : ""}`] as const,
    ),
    ["GPIO", gpio.way === null ? "no way to the header's lines" : `a v1 would go by ${gpio.way}`],
    ["USB hubs", hubs.join(" ") || "none that may be a HAT's"],
    ...usbBoards.map(
      ({ name, usbPath, order, slots }) =>
        [`USB ${usbPath}`, `ClusterCTRL ${name}, order ${order}, ${slots} slots`] as const,
    ),
  ];
  if (usbBoards.length === 0) rows.push(["USB boards", usbError ?? "none"]);
  rows.push(["use", spec === null ? "nothing to use was found" : `--board ${spec}`]);
  return table(rows) + advice.map((sentence) => `- ${sentence}\n`).join("");
}

function eepromText({ hat, revision }: Survey): string {
  const { directory, product, productVersion, uuid } = hat;
  if (product === "") return `nothing in ${directory}`;
  return `${product}, product_ver ${productVersion}: ${revision ?? "no ClusterHAT"} (${uuid})`;
}

/** One row for all addresses where one error explains them all. */
function chipRows({ device, chips }: Survey["i2c"]): (readonly [string, string])[] {
  const [first] = chips;
  const isOne = chips.every(({ error }) => error !== null && error === first?.error);
  if (isOne) return [[device, first?.error ?? ""]];
  return chips.map(({ address, direction, error }) => [
    `${device} 0x${address.toString(16)}`,
    chipText(direction, error),
  ]);
}

function chipText(direction: number | null, error: string | null): string {
  if (direction === null) return error ?? "nothing answers";
  return direction === POWER_ON_STATE ? "answers, in its power-on state" : "answers, set up";
}
