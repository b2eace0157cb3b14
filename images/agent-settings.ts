// The settings of a Zero's agent, before they go onto its card.

import { parseSettings, type Settings } from "../zero-agent/config/config.ts";
import { UsageError } from "./image-error.ts";
import { hostnameOf, type Role } from "./role.ts";

/** As the agent itself reads them. Throws what it throws, or a UsageError where they are another Zero's; each names the file. */
export function readAgentSettings(role: Role, file: string, text: string): Partial<Settings> {
  const settings = parseSettings(text, file);
  const own = hostnameOf({ role, hostname: null });
  if ((settings.slot ?? own) === own) return settings;
  throw new UsageError(`${file}: slot is ${settings.slot}`, `write slot = "${own}"`);
}
