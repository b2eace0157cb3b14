// Where the Zeros of a USB board are plugged in: the firmware knows the ports of its hub, sysfs where the board itself is.

import type { CtrlLine } from "./ctrl-lines.ts";
import type { CtrlTalk } from "./ctrl-link.ts";
import { CTRL_COMMAND, CTRL_REGISTER, pathOf } from "./ctrl-protocol.ts";

const PATH_LENGTH = 8;

/** The USB path of each line's port; null where the board does not tell (a Stack has no hub) or is not where it thinks. */
export async function readCtrlPaths(
  talk: CtrlTalk,
  usbPath: string,
  lines: readonly CtrlLine[],
): Promise<readonly (string | null)[]> {
  const askFor = async (data0: number) => {
    const { status } = await talk.ask({ code: CTRL_COMMAND.path, data0 });
    if (status !== 0) return null;
    const path = pathOf(await talk.read(CTRL_REGISTER.data7, PATH_LENGTH));
    return path.length === 0 ? null : `.${path.join(".")}`;
  };
  const own = await askFor(0);
  if (own === null || !usbPath.endsWith(own)) return lines.map(() => null);
  const hub = usbPath.slice(0, -own.length);
  const paths: (string | null)[] = [];
  for (const { index } of lines) {
    const path = await askFor(index + 1);
    paths.push(path === null ? null : hub + path);
  }
  return paths;
}
