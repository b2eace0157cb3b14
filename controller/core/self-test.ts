// The known answer that a Zero must give on each new link before it gets work. The range crosses the rollover from five
// digits to six, where kernels go wrong (the agent has tested the others itself), and is some 20 ms of a Zero's time.

export const SELF_TEST = {
  prefix: "0f7e1e74cae89e0309a8a374f3f6aa1b89fe8207",
  target: "62f7d44a9422bd2496c76eabe5059a90c72514c3",
  from: 95_000,
  to: 105_000,
  nonce: 100_003,
} as const;

/** Stands where a task names its seat: the self-test belongs to no pool connection. */
export const SELF_TEST_SEAT = "self-test";
