// PURE: the commands behind the switches of a USB board.

import type { SwitchName } from "./board.ts";
import type { CtrlKind } from "./ctrl-kinds.ts";
import type { CtrlLine } from "./ctrl-lines.ts";
import { CTRL_COMMAND, type CtrlCommand } from "./ctrl-protocol.ts";

/**
 * The commands that set a switch. All LEDs at once are one command; on boards where that one drives the power pins too, the power LED
 * and each line's are named one by one (and the firmware ignores those of lines that are off).
 */
export function switchCommands(
  kind: CtrlKind,
  name: SwitchName,
  on: boolean,
  lines: readonly CtrlLine[],
): readonly CtrlCommand[] {
  if (name === "alert") return [{ code: on ? CTRL_COMMAND.alertOn : CTRL_COMMAND.alertOff }];
  const leds = on ? CTRL_COMMAND.ledOn : CTRL_COMMAND.ledOff;
  if (!kind.ledCommandPowers) return [{ code: leds, data0: 0 }];
  return [
    { code: on ? CTRL_COMMAND.powerLedOn : CTRL_COMMAND.powerLedOff },
    ...lines.map(({ index }) => ({ code: leds, data0: index + 1 })),
  ];
}
