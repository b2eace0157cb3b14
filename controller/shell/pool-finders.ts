// The finders of all goals: one where the hashing is not split.

import type { PoolNode } from "../pools/node.ts";
import { PoolFinder, type PoolFinderParts, type PoolSide } from "./pool-finder.ts";
import type { LaneParts } from "./seat-lane.ts";

export class PoolFinders {
  readonly main: PoolFinder;
  readonly #others: readonly PoolFinder[];

  constructor(
    main: PoolSide,
    others: readonly PoolSide[],
    around: Pick<PoolFinderParts, "clock" | "post" | "note">,
  ) {
    this.main = new PoolFinder({ ...main, ...around });
    this.#others = others.map(
      (side, index) => new PoolFinder({ ...side, ...around, goal: index + 1 }),
    );
  }

  /** What a lane wants of them. */
  get sources(): Pick<LaneParts, "nodes" | "otherNodes" | "allNodes"> {
    const allNodes = (): readonly PoolNode[] => this.#each().flatMap(({ all }) => all);
    return { nodes: this.main, otherNodes: this.#others, allNodes };
  }

  start(): void {
    for (const finder of this.#each()) finder.start();
  }

  stop(): void {
    for (const finder of this.#each()) finder.stop();
  }

  #each(): readonly PoolFinder[] {
    return [this.main, ...this.#others];
  }
}
