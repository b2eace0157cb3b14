// What a person writes for a board: `auto`, `v2.3`, `v2.3@0x21`, `usb`, `usb:20`, several with commas, or `virtual:PATH`.

import { HatError } from "./error.ts";
import { EXPANDER_REVISIONS, type ExpanderRevision, isExpanderRevision } from "./expander.ts";

/** One board that is named. */
export type PartSpec =
  | { readonly kind: "auto" }
  | { readonly kind: "gpio"; readonly revision: string }
  | { readonly kind: "expander"; readonly revision: ExpanderRevision; readonly address: number }
  /** The USB board with this order; null for all that are plugged in, by their orders. */
  | { readonly kind: "usb"; readonly order: number | null };

export type BoardSpec =
  | { readonly kind: "virtual"; readonly socketPath: string }
  | { readonly kind: "parts"; readonly parts: readonly PartSpec[] };

/** What a spec may be, for messages and help texts. */
export const BOARD_SPECS = `auto, v1 (any v1.x), ${EXPANDER_REVISIONS.join(", ")} (at 0x20, or as v2.3@0x21), usb (all USB boards), usb:20 (the one with that order), several with commas, virtual:PATH`;

const VIRTUAL = "virtual:";
/** Where the expander of a HAT answers: the jumpers XA0 and XA1 add to it. */
export const FIRST_ADDRESS = 0x20;
export const LAST_ADDRESS = 0x23;

/** Whether a text may stand for a board. Whether the board is there is another matter. */
export function isBoardSpec(text: string): boolean {
  return parse(text) !== null;
}

/** The board that a text stands for. Throws `unknown-board`. */
export function parseBoardSpec(text: string): BoardSpec {
  const spec = parse(text);
  if (spec !== null) return spec;
  throw unknownBoard(text);
}

/** The error for a board that is none of those. */
export function unknownBoard(text: string): HatError {
  return new HatError(
    "unknown-board",
    `there is no driver for a board "${text}": known are ${BOARD_SPECS}`,
  );
}

/** The socket of the virtual board that a text stands for; null for a real one. */
export function virtualSocketOf(text: string): string | null {
  return text.startsWith(VIRTUAL) ? text.slice(VIRTUAL.length) : null;
}

function parse(text: string): BoardSpec | null {
  const socketPath = virtualSocketOf(text);
  if (socketPath !== null) return socketPath === "" ? null : { kind: "virtual", socketPath };
  const parts = text.split(",").map((word) => parsePart(word.trim()));
  return parts.every((part) => part !== null) && areDistinct(parts)
    ? { kind: "parts", parts }
    : null;
}

function parsePart(word: string): PartSpec | null {
  if (word === "auto") return { kind: "auto" };
  if (/^v1(\.\d+)?$/.test(word)) return { kind: "gpio", revision: word };
  if (word === "usb") return { kind: "usb", order: null };
  const [, order] = /^usb:([1-9]\d{0,2})$/.exec(word) ?? [];
  if (order !== undefined)
    return Number(order) <= 0xff ? { kind: "usb", order: Number(order) } : null;
  const [revision = "", at = `0x${FIRST_ADDRESS.toString(16)}`, ...rest] = word.split("@");
  const address = /^0x[0-9a-f]{2}$/i.test(at) ? Number(at) : 0;
  const fits = address >= FIRST_ADDRESS && address <= LAST_ADDRESS && rest.length === 0;
  return fits && isExpanderRevision(revision) ? { kind: "expander", revision, address } : null;
}

/** No board twice: GPIO lines there are once, each address stands for one chip, each order for one USB board. */
function areDistinct(parts: readonly PartSpec[]): boolean {
  const names = parts.flatMap(namesOf);
  const orders = names.filter((name) => name.startsWith("usb:"));
  return new Set(names).size === names.length && !(names.includes("usb") && orders.length > 0);
}

function namesOf(part: PartSpec): readonly string[] {
  switch (part.kind) {
    case "gpio":
      return ["header"];
    case "expander":
      return [`${part.address}`];
    case "usb":
      return [part.order === null ? "usb" : `usb:${part.order}`];
    case "auto":
      // It may be any HAT, and takes the USB boards too.
      return ["header", `${FIRST_ADDRESS}`, "usb"];
  }
}
