// `zerorig top`: the live view, from the first frame until the terminal is given back.

import type { WatchLine } from "../../shell/control-protocol.ts";
import { messageOf } from "../../shell/error.ts";
import { ask, watch } from "../control-client.ts";
import { CliError } from "../error.ts";
import { EXIT } from "../exit-codes.ts";
import { wantsColour } from "../paint.ts";
import { Screen } from "../screen.ts";
import { onStopSignal } from "../signals.ts";
import type { ControlOptions } from "../slot-commands.ts";
import { draw } from "./draw.ts";
import { keysOf } from "./keys.ts";
import { answered, type Deed, emptyModel, happened, heard, typed } from "./model.ts";

export interface TopOptions extends Omit<ControlOptions, "json"> {
  readonly readonly: boolean;
}

/** Ages and what is stale move on although nothing is heard. */
const REDRAW_MS = 500;

type Ending = { readonly exitCode: number } | { readonly error: CliError };

/** Shows the rig until somebody quits; resolves with the exit code. Throws a CliError without a terminal or a controller. */
export async function runTop(options: TopOptions): Promise<number> {
  refuseNoTerminal();
  const { socket } = options;
  const { stdin, stdout } = process;
  let model = emptyModel(options.readonly);
  const signal = onStopSignal();
  let end: (ending: Ending) => void = () => {};
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  void signal.stopped.then(() => end({ exitCode: EXIT.interrupted }));

  const lost = new CliError("unreachable", `the controller at ${socket} stopped`);
  const onLine = (line: WatchLine) => {
    model =
      "event" in line ? happened(model, line.event) : heard(model, line.status, performance.now());
    // Many events may come in one read: one frame for all of them.
    schedule();
  };
  const watching = await watch(socket, onLine, () => end({ error: lost }));

  const screen = new Screen(stdout);
  const colour = wantsColour(process.env, stdout);
  const show = () => screen.draw(draw(model, screen, performance.now(), colour));
  let isDue = false;
  const schedule = () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      show();
    });
  };
  const obey = async (deed: Deed) => {
    if (deed.do === "quit") {
      end({ exitCode: deed.interrupted ? EXIT.interrupted : EXIT.done });
      return;
    }
    const said = await sent(options, deed);
    model = answered(model, said);
    schedule();
  };
  const onKeys = (chunk: string) => {
    for (const key of keysOf(chunk)) {
      const turn = typed(model, key);
      model = turn.model;
      if (turn.deed !== null) void obey(turn.deed);
    }
    schedule();
  };
  const onResize = () => {
    screen.invalidate();
    schedule();
  };
  const timer = setInterval(schedule, REDRAW_MS);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8").on("data", onKeys).resume();
  // The terminal is gone: so are we.
  stdin.on("end", () => end({ exitCode: EXIT.interrupted }));
  stdout.on("error", () => end({ exitCode: EXIT.interrupted }));
  stdout.on("resize", onResize);
  show();
  try {
    const ending = await ended;
    if ("error" in ending) throw ending.error;
    return ending.exitCode;
  } finally {
    clearInterval(timer);
    watching.close();
    stdout.off("resize", onResize);
    stdin.off("data", onKeys).pause();
    stdin.setRawMode(false);
    screen.close();
    signal.release();
  }
}

/** Sends what was agreed to; resolves with what to say of it. */
async function sent({ socket, timeout }: TopOptions, deed: AskDeed): Promise<string> {
  const { verb, slot } = deed;
  try {
    await ask(socket, requestOf(deed), timeout);
    return `${verb} ${slot}: taken in`;
  } catch (error) {
    return `${verb} ${slot}: ${messageOf(error)}`;
  }
}

type AskDeed = Extract<Deed, { readonly do: "ask" }>;

function requestOf({ verb, slot, reason }: AskDeed) {
  const slots = [slot];
  switch (verb) {
    case "off":
    case "cycle":
      return { verb, slots, reason, hard: false } as const;
    case "drain":
      return { verb, slots, reason, forMs: null } as const;
    case "on":
    case "uncordon":
      return { verb, slots, reason } as const;
  }
}

function refuseNoTerminal(): void {
  const instead = "`zerorig status` and `zerorig logs -f` need none.";
  if (process.env["TERM"] === "dumb") {
    throw new CliError("usage", "top draws on the whole screen, which TERM=dumb cannot", instead);
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new CliError("usage", "top needs a terminal", instead);
  }
}
