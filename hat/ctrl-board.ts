// The PowerBoard of a USB board of the ClusterCTRL family.
//
// A line reads as the firmware drives it: unlike a HAT's expander, the firmware does not look at the pin.
// `driven` is a mark in a register that the firmware keeps in RAM and does not use: the first `setPower` leaves it, and a board
// that was restarted (it lost its supply, or somebody reset it) has lost it. Its Zeros are then off, or on as was saved.

import type {
  BoardInfo,
  BoardReading,
  Line,
  PortReading,
  PowerBoard,
  SlotReading,
  SwitchName,
  SwitchReading,
} from "./board.ts";
import type { CtrlLine, CtrlLines, LineGroup } from "./ctrl-lines.ts";
import type { CtrlLink, CtrlTalk } from "./ctrl-link.ts";
import { CTRL_COMMAND } from "./ctrl-protocol.ts";
import { switchCommands } from "./ctrl-switches.ts";
import { type CtrlTools, ctrlTools } from "./ctrl-tools.ts";
import { HatError, isHatError } from "./error.ts";
import { noSuchSlot, partsAmong, partsWith } from "./refusal.ts";
import type { SlotId } from "./slots.ts";
import type { SupplySource } from "./supply.ts";
import type { UsbPorts } from "./usb-ports.ts";
import type { Writer } from "./writer.ts";

/** A PowerBoard that can do more: what only this family has. */
export interface CtrlBoard extends PowerBoard {
  readonly tools: CtrlTools;
}

export interface CtrlBoardOptions {
  readonly link: CtrlLink;
  readonly lines: CtrlLines;
  readonly writer: Writer;
  /** In the order of the lines. */
  readonly usb: UsbPorts;
  readonly supply: SupplySource;
  /** The orders of the other boards that are plugged in. */
  readonly otherOrders: () => Promise<readonly number[]>;
  readonly virtual: boolean;
}

/** How often a line is switched before it is an error. */
const TRIES = 3;
const RETRY_PAUSE_MS = 5;

/** A board whose lines were looked at. */
export function ctrlBoard(options: CtrlBoardOptions): CtrlBoard {
  return new CtrlPowerBoard(options);
}

class CtrlPowerBoard implements CtrlBoard {
  readonly info: BoardInfo;
  readonly tools: CtrlTools;
  readonly #options: CtrlBoardOptions;
  readonly #link: CtrlLink;
  readonly #lines: CtrlLines;
  readonly #writer: Writer;

  constructor(options: CtrlBoardOptions) {
    const { link, lines, writer, virtual } = options;
    this.#options = options;
    this.#link = link;
    this.#lines = lines;
    this.#writer = writer;
    const { description } = link;
    const slots = lines.groups.flatMap((group) => group.lines.map(({ slot }) => slot));
    this.info = {
      description,
      slots,
      parts: [{ description, slots, switches: link.kind.switches }],
      virtual,
    };
    this.tools = ctrlTools(options);
  }

  read(): Promise<BoardReading> {
    return this.#writer.read(async () => {
      const slots: Omit<SlotReading, "usb">[] = [];
      for (const group of this.#lines.groups) {
        const seen = await this.#link.talk((talk) => this.#lines.look(talk, group));
        // The caller is told what is there, so from here on it is known.
        this.#lines.know(group, seen);
        for (const [at, { slot }] of group.lines.entries()) {
          slots.push({ slot, line: seen.on[at] === true ? "on" : "off", driven: seen.driven });
        }
      }
      const usb = await this.#options.usb.presence();
      return {
        slots: slots.map((reading, at) => ({ ...reading, usb: usb[at] ?? "unknown" })),
        underVoltage: await this.#options.supply(),
      };
    });
  }

  setPower(slot: SlotId, line: Line): Promise<SlotReading> {
    return this.#writer.write(async () => {
      const group = this.#lines.groups.find(({ lines }) => lines.some((its) => its.slot === slot));
      const named = group?.lines.find((its) => its.slot === slot);
      if (group === undefined || named === undefined) throw noSuchSlot(slot, this.info);
      await this.#drive(group, named, line === "on");
      const usb = await this.#options.usb.presence();
      const at = this.info.slots.indexOf(slot);
      return { slot, line, usb: usb[at] ?? "unknown", driven: true };
    });
  }

  /** Resolves with one port for each slot; a Stack has no hub, so that its are unknown. */
  readPorts(): Promise<readonly PortReading[]> {
    return this.#options.usb.ports();
  }

  /** Leaves the mark by which a restart is seen. It is one part. */
  init(part?: number): Promise<readonly number[]> {
    return this.#writer.write(async () => {
      partsAmong(this.info, part);
      const driven = await this.#link.talk(async (talk) => {
        for (const group of this.#lines.groups) {
          const found = await this.#lines.look(talk, group);
          this.#lines.adopt(group, found, "nothing was written");
          if (found.driven) return true;
        }
        await this.#lines.mark(talk);
        return false;
      });
      return driven ? [] : [0];
    });
  }

  /** None: the firmware switches its LEDs, and tells nobody how they are. */
  async readSwitches(): Promise<readonly SwitchReading[]> {
    return [];
  }

  setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void> {
    return this.#writer.write(async () => {
      partsWith(this.info, name, part);
      const lines = this.#lines.groups.flatMap((group) => group.lines);
      await this.#link.talk(async (talk) => {
        for (const command of switchCommands(this.#link.kind, name, on, lines)) {
          await talk.tell(command);
        }
      });
    });
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  /** Compare, switch, read back, retry: the contract of board.ts for one line. */
  async #drive(group: LineGroup, line: CtrlLine, on: boolean): Promise<void> {
    let failure: unknown;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      if (attempt > 0) await this.#link.sleep(RETRY_PAUSE_MS);
      try {
        if (await this.#link.talk((talk) => this.#switch(talk, group, line, on))) return;
        failure = this.#notVerified(line, on);
      } catch (error) {
        if (!isHatError(error, "bus")) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Whether the line was as ordered afterwards. */
  async #switch(talk: CtrlTalk, group: LineGroup, line: CtrlLine, on: boolean): Promise<boolean> {
    const lines = this.#lines;
    const found = await lines.look(talk, group);
    lines.adopt(group, found, "nothing was written");
    if (!found.driven) await lines.mark(talk);
    lines.expect(group, line, on);
    const code = on ? CTRL_COMMAND.on : CTRL_COMMAND.off;
    await talk.tell({ code, data0: line.index + 1 });
    const proof = await lines.look(talk, group, line);
    lines.adopt(group, proof, "it happened while we wrote");
    return proof.on[group.lines.indexOf(line)] === on;
  }

  #notVerified({ slot }: CtrlLine, on: boolean): HatError {
    const [want, have] = on ? ["on", "off"] : ["off", "on"];
    return new HatError(
      "not-verified",
      `${slot} was switched ${want}, but ${this.#link.description} still says ${have} after ${TRIES} tries: the board is faulty; to be sure of power, unplug it`,
    );
  }
}
