// `hatctl init`: brings a board up that is in its power-on state, and switches no slot by it.

import type { Command } from "commander";
import { EXIT } from "./exit.ts";
import { limited } from "./limit.ts";
import { refuseWhileControlled, type Session, withSession } from "./session.ts";

export function addInitCommand(program: Command): void {
  program
    .command("init")
    .description("set a board up that just got its supply; no slot is switched, no hub is cycled")
    .action(() =>
      withSession(program, async (session) => {
        refuseWhileControlled(session, "init");
        return await init(session);
      }),
    );
}

async function init({ board, out, timeoutMs }: Session): Promise<number> {
  const parts = await limited(timeoutMs, board.init());
  const boards = parts.map((part) => board.info.parts[part]?.description ?? "");
  for (const description of boards) out.say(`set up: ${description}`);
  if (boards.length === 0) out.say("every board was set up already; nothing was written");
  if (out.json) out.result({ setUp: boards }, "");
  return EXIT.done;
}
