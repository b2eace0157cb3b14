import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

it.each(["rig", "/home/me/rig-2/a.img", "my rig", "a'b", "$(id)", "`id`", "a;b", "~", "", '"\\*?'])(
  "is the same word to a shell: %j",
  (text) => {
    const script = `printf '%s|' ${shellWord(text)}`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${text}|`);
  },
);

it("leaves a plain path as it is", () => {
  expect(shellWord("/home/me/rig")).toBe("/home/me/rig");
});
