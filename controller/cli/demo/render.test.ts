import { expect, test } from "vitest";
import type { SlotId } from "../../../hat/slots.ts";
import { type DemoModel, render } from "./render.ts";
import { rigEvent, rigStatus, slotStatus } from "./testing.ts";

const events = Array.from({ length: 40 }, (_, index) =>
  rigEvent(index * 1000, "slot.state", "p1", { from: "Ready", to: `State${index}` }),
);
const model: DemoModel = {
  title: "zerorig demo: 4 virtual Zeros mining at the practice pool, seed 1",
  hint: "",
  status: rigStatus([
    slotStatus("p1"),
    slotStatus("p2", { state: "Suspect", why: "silent", next: "remedy in 2.1 s unless heard" }),
    slotStatus("p3", {
      state: "Booting",
      why: "usb-seen",
      temp_c: null,
      uptime_ms: null,
      hashrate_hs: 0,
    }),
    slotStatus("p4", { boots: 3, fences: 2, uptime_ms: 7_500_000 }),
  ]),
  events,
  footer: "Ctrl-C stops and sums up",
  colour: false,
};

test("80x24", () => {
  const lines = render(model, 80, 24);
  expect(lines).toHaveLength(24);
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "zerorig demo: 4 virtual Zeros mining at the practice pool, seed 1
    2 of 4 Ready, 720 kH/s  accepted 40/40  3.6 W est.  pool 4 up  up 1m12s

    SLOT STATE       RATE       ACC/REJ   TEMP  UP      RESTARTS       WATTS
    p1   Ready       240 kH/s   10/0      41 C  1m05s   0              0.90 W
         self-test-passed; heard 0.4 s ago, line on, USB present
    p2   Suspect     240 kH/s   10/0      41 C  1m05s   0              0.90 W
         remedy in 2.1 s unless heard; silent; heard 0.4 s ago, line on, USB present
    p3   Booting     0 H/s      10/0      -     -       0              0.90 W
         usb-seen; heard 0.4 s ago, line on, USB present
    p4   Ready       240 kH/s   10/0      41 C  2h05m   2 (2 fenced)   0.90 W
         self-test-passed; heard 0.4 s ago, line on, USB present

       31s p1  slot.state from=Ready to=State31
       32s p1  slot.state from=Ready to=State32
       33s p1  slot.state from=Ready to=State33
       34s p1  slot.state from=Ready to=State34
       35s p1  slot.state from=Ready to=State35
       36s p1  slot.state from=Ready to=State36
       37s p1  slot.state from=Ready to=State37
       38s p1  slot.state from=Ready to=State38
       39s p1  slot.state from=Ready to=State39

    Ctrl-C stops and sums up"
  `);
});

test("before the controller has answered", () => {
  expect(render({ ...model, status: null }, 80, 24)).toMatchInlineSnapshot(`
    [
      "zerorig demo: 4 virtual Zeros mining at the practice pool, seed 1",
      "",
      "waiting for the controller ...",
      "",
      "Ctrl-C stops and sums up",
    ]
  `);
});

test("how to reach the rig stands above the last line", () => {
  const hint = "look, or take part: zerorig status --socket /tmp/zerorig-x/control.sock";
  const lines = render({ ...model, hint }, 80, 24);
  expect(lines.slice(-2)).toEqual([hint, model.footer]);
});

test.each([
  [80, 24],
  [40, 10],
  [200, 60],
  [20, 5],
  [1, 1],
])("never exceeds %i x %i", (width, height) => {
  for (const zeros of [1, 4, 32]) {
    const slots = Array.from({ length: zeros }, (_, index) =>
      slotStatus(`p${index + 1}` as SlotId),
    );
    const lines = render({ ...model, status: rigStatus(slots) }, width, height);
    expect(lines.length).toBeLessThanOrEqual(height);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  }
});

test("when not all Zeros fit, those that need a look are shown and the rest is counted", () => {
  const slots = Array.from({ length: 32 }, (_, index) => slotStatus(`p${index + 1}` as SlotId));
  const ill = slots.with(30, slotStatus("p31", { state: "Fault" }));
  const text = render({ ...model, status: rigStatus(ill) }, 80, 24).join("\n");
  expect(text).toContain("p31  Fault");
  expect(text).toMatch(/\.\.\. and \d+ more/);
});

test("colours are codes around the same text", () => {
  const plain = render(model, 80, 24);
  const coloured = render({ ...model, colour: true }, 80, 24);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it takes out the colours
  expect(coloured.map((line) => line.replace(/\u001b\[\d*m/g, ""))).toEqual(plain);
  expect(coloured.join("")).toContain("\u001b[32mReady");
});

test("what a Zero or a pool says cannot move the cursor", () => {
  const evil = slotStatus("p1", { why: "\u001b[2J\r\n\u009b31m" });
  const text = render({ ...model, status: rigStatus([evil]) }, 80, 24).join("");
  for (const control of ["\u001b", "\r", "\n", "\u009b"]) expect(text).not.toContain(control);
});
