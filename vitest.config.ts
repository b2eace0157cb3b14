// How the tests run, and whose branches must all be covered.

import { defineConfig } from "vitest/config";
import { Order } from "./test/order.ts";

export default defineConfig({
  define: { ZERORIG_VERSION: JSON.stringify("0.0.0-test") },
  test: {
    include: ["{hat,zero-agent,controller,images,test}/**/*.test.ts"],
    // A guard against hanging, not a measure: a busy machine may take ten times as long as a quiet one.
    testTimeout: 60_000,
    // Tests that start processes mostly wait, so there are more workers than a small machine has cores.
    maxWorkers: 8,
    sequence: { sequencer: Order },
    coverage: {
      provider: "v8",
      reporter: ["text-summary"],
      include: [
        "controller/core/**/*.ts",
        "zero-agent/core/**/*.ts",
        "zero-agent/protocol/**/*.ts",
        "zero-agent/serial/codec.ts",
        "controller/agents/rollout*.ts",
        "controller/pools/finder*.ts",
        "controller/pools/balance.ts",
        "controller/pools/node.ts",
        "controller/pools/*/codec*.ts",
        "controller/pools/*/session.ts",
        "controller/pools/stratum-server/session-*.ts",
        "controller/pools/solo/!(client|rpc-client|scripted-node).ts",
        "controller/pools/stratum/!(client|scripted-pool).ts",
        "hat/expander.ts",
      ],
      exclude: ["**/*.test.ts"],
      thresholds: { branches: 100 },
    },
  },
});
