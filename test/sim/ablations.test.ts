import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ABLATIONS, WITHOUT_GUARD } from "./ablations.ts";

describe("each ablation", () => {
  it.each([
    ...ABLATIONS.flatMap(({ rule, changes }) => changes.map((change) => ({ rule, ...change }))),
    { rule: "guard", ...WITHOUT_GUARD },
  ])("still finds its place in the core: $rule", ({ file, find }) => {
    expect(readFileSync(file, "utf8").split(find)).toHaveLength(2);
  });
});
