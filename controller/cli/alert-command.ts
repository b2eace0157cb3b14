// `zerorig alert test`: tells each receiver of the configuration something harmless, and says how each answered.

import { letterOf } from "../alerts/alert-lane.ts";
import { receiversOf, sendPost } from "../alerts/receivers.ts";
import { loadConfig } from "../config/load.ts";
import { systemClock } from "../shell/clock.ts";
import { messageOf } from "../shell/error.ts";
import { ownId } from "../voices.ts";
import { CliError } from "./error.ts";
import { EXIT } from "./exit-codes.ts";
import { columns } from "./text-table.ts";

export interface AlertOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly json: boolean;
}

interface Told {
  readonly to: string;
  readonly where: string;
  readonly ok: boolean;
  /** How it answered, or why it did not. */
  readonly answer: string;
}

/** Needs no running controller. Resolves with the exit code: 7 where only some were reached, 5 where none was. */
export async function testAlerts({ config: file, set, json }: AlertOptions): Promise<number> {
  const config = await loadConfig(file, process.env, set);
  const receivers = receiversOf(config, `zerorig/${ZERORIG_VERSION}`, () => {});
  if (receivers.length === 0) {
    const todo = "Set webhook_url or ntfy_url.";
    throw new CliError("usage", `${file}: [alerts] names nobody to tell`, todo);
  }
  const text = "zerorig alert test: if you can read this, alerts arrive";
  const notice = { state: "test", kind: null, slot: null, level: "info", text } as const;
  const letter = letterOf(notice, config.mqtt.id ?? ownId(), systemClock);
  const told = await Promise.all(
    receivers.map(async (receiver): Promise<Told> => {
      const { name: to, where } = receiver;
      try {
        const status = await sendPost(receiver.post(letter));
        return { to, where, ok: status >= 200 && status < 300, answer: `status ${status}` };
      } catch (error) {
        return { to, where, ok: false, answer: messageOf(error) };
      }
    }),
  );
  print(told, json);
  const reached = told.filter(({ ok }) => ok).length;
  if (reached === told.length) return EXIT.done;
  return reached === 0 ? EXIT.unreachable : EXIT.partial;
}

function print(told: readonly Told[], json: boolean): void {
  const rows = told.map(({ to, where, ok, answer }) => [
    to,
    where,
    ok ? "told" : "not told",
    answer,
  ]);
  const text = json ? `${JSON.stringify({ receivers: told })}\n` : `${columns(rows).join("\n")}\n`;
  process.stdout.write(text);
}
