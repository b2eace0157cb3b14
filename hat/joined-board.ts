// Several boards as one: slots numbered through, each call to the board that it concerns.

import { answersOf, unreadOf, withUnread } from "./answers.ts";
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
import { noSuchSlot, partsAmong, partsWith } from "./refusal.ts";
import type { SlotId } from "./slots.ts";

/** Joins boards whose slots were numbered through when they were opened. One board stays itself. */
export function joinBoards(boards: readonly PowerBoard[]): PowerBoard {
  const [only] = boards;
  return only !== undefined && boards.length === 1 ? only : new JoinedBoard(boards);
}

class JoinedBoard implements PowerBoard {
  readonly info: BoardInfo;
  readonly #boards: readonly PowerBoard[];

  constructor(boards: readonly PowerBoard[]) {
    this.#boards = boards;
    const infos = boards.map(({ info }) => info);
    this.info = {
      description: infos.map(({ description }) => description).join(" + "),
      slots: infos.flatMap(({ slots }) => slots),
      parts: infos.flatMap(({ parts }) => parts),
      virtual: infos.some(({ virtual }) => virtual),
    };
  }

  async read(): Promise<BoardReading> {
    const { values, errors } = await answersOf(this.#boards.map((board) => () => board.read()));
    const readings = values.filter((reading) => reading !== null);
    const supplies = readings.map(({ underVoltage }) => underVoltage);
    const unread = values.flatMap((reading, index) => {
      if (reading !== null) return reading.unread ?? [];
      return unreadOf([errors[index] ?? null], () => this.#boards[index]?.info.slots ?? []);
    });
    return {
      slots: readings.flatMap(({ slots }) => slots),
      ...withUnread(unread),
      underVoltage:
        supplies.find((low) => low === true) ?? supplies.find((low) => low === false) ?? null,
    };
  }

  async setPower(slot: SlotId, line: Line): Promise<SlotReading> {
    const board = this.#boards.find(({ info }) => info.slots.includes(slot));
    if (board === undefined) throw noSuchSlot(slot, this.info);
    return await board.setPower(slot, line);
  }

  async readPorts(): Promise<readonly PortReading[]> {
    const ports: PortReading[] = [];
    for (const board of this.#boards) ports.push(...(await board.readPorts()));
    return ports;
  }

  async init(part?: number): Promise<readonly number[]> {
    const asked = partsAmong(this.info, part);
    const broughtUp: number[] = [];
    for (const { board, firstPart } of this.#numbered()) {
      for (const index of board.info.parts.keys()) {
        if (!asked.includes(firstPart + index)) continue;
        if ((await board.init(index)).length > 0) broughtUp.push(firstPart + index);
      }
    }
    return broughtUp;
  }

  async readSwitches(): Promise<readonly SwitchReading[]> {
    const { values } = await answersOf(
      this.#numbered().map(({ board, firstPart }) => async () => {
        const readings = await board.readSwitches();
        return readings.map((reading) => ({ ...reading, part: firstPart + reading.part }));
      }),
    );
    return values.flatMap((readings) => readings ?? []);
  }

  async setSwitch(name: SwitchName, on: boolean, part?: number): Promise<void> {
    const having = partsWith(this.info, name, part);
    for (const { board, firstPart } of this.#numbered()) {
      for (const index of board.info.parts.keys()) {
        if (having.includes(firstPart + index)) await board.setSwitch(name, on, index);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#boards.map((board) => board.close()));
  }

  /** The boards, and the number of the first part of each among all parts. */
  #numbered(): readonly { readonly board: PowerBoard; readonly firstPart: number }[] {
    let firstPart = 0;
    return this.#boards.map((board) => {
      const numbered = { board, firstPart };
      firstPart += board.info.parts.length;
      return numbered;
    });
  }
}
