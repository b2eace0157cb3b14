// The piece of a job that one worker searches.

import type { SearchJob } from "../kernels/kernel.ts";

export interface Chunk {
  /** Rises with each chunk that is handed out, so that a late word about an older one is known as such. */
  readonly id: number;
  readonly job: SearchJob;
  /** Both inclusive. */
  readonly from: number;
  readonly to: number;
}
