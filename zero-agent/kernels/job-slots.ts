// Where a flow's values of a job lie in the memory of its code: worked out and written when the job changes.

import { Evaluation, type Inputs } from "./generator/evaluation.ts";
import { at, type Flow, JOB } from "./generator/flow.ts";
import { type Layout, slotAt } from "./generator/layout.ts";

export class JobSlots {
  readonly #evaluation: Evaluation;
  readonly #slotWords: number;
  readonly #memory: Int32Array;
  readonly #slots: readonly { readonly place: number; readonly slot: number }[];

  constructor(flow: Flow, layout: Layout, memory: Int32Array) {
    this.#evaluation = new Evaluation(flow, JOB);
    this.#slotWords = layout.slotWords;
    this.#memory = memory;
    const streams = Array.from({ length: layout.streams }, (_, stream) => stream);
    this.#slots = [...layout.slots.keys()]
      .filter((place) => at(flow, place).level === JOB)
      .flatMap((place) =>
        streams.map((stream) => ({ place, slot: slotAt(layout, place, stream) })),
      );
  }

  write(inputs: Inputs): void {
    this.#evaluation.run(inputs);
    const { values } = this.#evaluation;
    for (const { place, slot } of this.#slots) {
      const value = values[place] as number;
      // For so few `fill` takes longer.
      for (let at = slot; at < slot + this.#slotWords; at++) this.#memory[at] = value;
    }
  }
}
