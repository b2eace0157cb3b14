// Known answers that every kernel must give before it gets work.

import type { SearchJob } from "./kernel.ts";

export interface Vector {
  readonly job: SearchJob;
  readonly nonce: number;
}

function known(prefix: string, target: string, nonce: number): Vector {
  return { job: { algorithm: "duco-s1", prefix, target }, nonce };
}

export const DUCO_S1_VECTORS: readonly Vector[] = [
  // The self-test of the official AVR miner (duino-coin AVR_Miner.py).
  known("ba29a15896fd2d792d5c4b60668bf2b9feebc51d", "d0beba883d7e8cd119ea2b0e09b78f60f29e0968", 50),
  // Made with Python's hashlib: both sides of each change of length, where digits and padding move.
  known("c5a8787a9c6392560df7ed9c0f253f89092d8cd2", "307f1ef7f42023c47d0e7cdf4f0540934ffec18f", 0),
  known("0000000000000000000000000000000000000000", "13f23aa0bff731803eb9d4a000ce37d067301dd4", 1),
  known("ffffffffffffffffffffffffffffffffffffffff", "820473768a8250829970b96788a384a268a63853", 9),
  known("c5a8787a9c6392560df7ed9c0f253f89092d8cd2", "f03f969931b8609953599fb62f845b766b2ff5b8", 10),
  known("0000000000000000000000000000000000000000", "8e8058c58f02ee8a09fb97a656c6771d386bdd5a", 99),
  known(
    "ffffffffffffffffffffffffffffffffffffffff",
    "e5e74803fadaaff98e55d88a04400b76493bfb50",
    100,
  ),
  known(
    "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
    "103d006f7fc6cdf1eda604646e62469ebe0e8250",
    999,
  ),
  known(
    "0000000000000000000000000000000000000000",
    "bc555503e2705ccd3b2a4bafa9e0ab7b7f727dc9",
    1000,
  ),
  known(
    "ffffffffffffffffffffffffffffffffffffffff",
    "8571fcecc37a3f36c714716ce5f0057f9c240ead",
    9999,
  ),
  known(
    "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
    "1237881307fd49112bf4b9d6831719bf8f657f38",
    10000,
  ),
  known(
    "0000000000000000000000000000000000000000",
    "397aca96d04779c48a5a1a0a9edebe185ba3f9e7",
    99999,
  ),
  known(
    "ffffffffffffffffffffffffffffffffffffffff",
    "d98466895ae376311aeeb5ee8a8e22202eca3eb3",
    100000,
  ),
  known(
    "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
    "9aa2955aaf97936800d8b9c8fb50971071a2d92f",
    999999,
  ),
  known(
    "0000000000000000000000000000000000000000",
    "86a5dcd2a2a798187dec344d6964d64e313f30ab",
    1000000,
  ),
  known(
    "ffffffffffffffffffffffffffffffffffffffff",
    "ed2b7978d82718f0de50fce46b6e106684392e42",
    9999999,
  ),
  known(
    "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
    "fe0c4ef695f5b6b199fac190bf1589deb273fe45",
    100000000,
  ),
  known(
    "0000000000000000000000000000000000000000",
    "e56bb3e1bcb8a3abe5d8f23c229aa3bd6764fe7c",
    999999999,
  ),
  known(
    "ffffffffffffffffffffffffffffffffffffffff",
    "f9f57de008367de78fe61661f883cde25b4ef404",
    10000000000,
  ),
  known(
    "c5a8787a9c6392560df7ed9c0f253f89092d8cd2",
    "92a7ca69e3f1f42bdf14fbced07ed0fd6511759f",
    9999999999999,
  ),
];
