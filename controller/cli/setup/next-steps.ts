// What is to be done after a setup: commands, and where what they need lies.

import type { SlotId } from "../../../hat/slots.ts";
import { shellWord } from "../shell-word.ts";
import { type Answers, isForCards, type Places } from "./answers.ts";
import { configPath, isVirtual, linkPortOf, slotsOf, tokenPath, zeroDir } from "./rig-plan.ts";
import { SYSTEM_DIR } from "./system-dir.ts";

export interface Step {
  readonly what: string;
  readonly commands: readonly string[];
}

const UNIT_DIR = "/etc/systemd/system/";

/** `programDir` holds what was installed with this program: zero-agent.cjs, zero-agent.service. */
export function nextSteps(answers: Answers, places: Places, programDir: string): readonly Step[] {
  if (isForCards(places)) return cardSteps(answers, places);
  const { http } = answers;
  const { controlSocket, dir } = places;
  const socket = dir === SYSTEM_DIR ? "" : ` --socket ${shellWord(controlSocket)}`;
  const typed = { ...places, dir: shellWord(dir) };
  return [
    isVirtual(answers) ? virtualZeros(answers, typed) : realZeros(answers, typed, programDir),
    startStep(typed),
    {
      what: "switch the Zeros on, and look",
      commands: [`zerorig on all --wait${socket}`, `zerorig status${socket}`],
    },
    ...(http === null
      ? []
      : [
          {
            what: `look at http://${http.listen === "0.0.0.0" ? "<this machine>" : http.listen}:${http.port}; changes take the token in ${dir}/token`,
            commands: [`curl http://127.0.0.1:${http.port}/api/v1/status`],
          },
        ]),
  ];
}

/** From the folder that was written to a rig that mines. */
function cardSteps(answers: Answers, places: Places): readonly Step[] {
  const { http, model } = answers;
  const zeros = model === "zero-2-w" ? "arm64" : "armel";
  const rig = `npm run images -- rig --from ${shellWord(places.dir)} --zeros ${zeros} --out cards`;
  const write = (name: string) =>
    `sudo dd if=cards/${name}.img of=/dev/sdX bs=4M conv=fsync status=progress`;
  return [
    {
      what: "make the cards' images, in a clone of zerorig after `npm ci && npm run build`; --ssh-key FILE lets you log in",
      commands: [rig],
    },
    {
      what: "write each onto its card (sdX: as lsblk names it), and put it into its machine",
      commands: ["controller", ...slotsOf(answers)].map(write),
    },
    {
      what: "network cable and power: the controller switches the Zeros on, one after the other",
      commands: [],
    },
    ...(http === null || http.listen !== "0.0.0.0"
      ? []
      : [
          {
            what: `look at http://controller.local:${http.port}; changes take the token in ${tokenPath(places)}`,
            commands: [`curl http://controller.local:${http.port}/api/v1/status`],
          },
        ]),
  ];
}

/** `places`: their folder as a shell's word. */
function virtualZeros(answers: Answers, places: Places): Step {
  const port = linkPortOf(places);
  const socket = shellWord(answers.board.slice("virtual:".length));
  const agents = `$(command -v zero-agent) --config ${zeroDir(places, "{slot}")}/agent.toml`;
  const hat = `hatctl virtual --socket ${socket} --slots ${answers.slots} --link 127.0.0.1:${port}`;
  return { what: "run the virtual HAT", commands: [`${hat} -- ${agents}`] };
}

/** `places`: their folder as a shell's word. */
function realZeros(answers: Answers, places: Places, programDir: string): Step {
  const slot: SlotId | "pN" = slotsOf(answers)[0] ?? "pN";
  const zero = `pi@${slot}.local`;
  const others = answers.slots === 1 ? "" : "; for the others alike";
  return {
    what: `put the agent, its key and its settings on the Zero in slot ${slot}, which needs Node 20 or newer${others}`,
    commands: [
      `sudo scp ${shellWord(programDir)}/zero-agent.{cjs,service} ${zeroDir(places, slot)}/agent.{key,toml} ${zero}:`,
      `ssh ${zero} sudo install -m 755 zero-agent.cjs /usr/bin/zero-agent`,
      `ssh ${zero} sudo install -m 644 -t /etc/systemd/system zero-agent.service`,
      `ssh ${zero} sudo install -D -m 600 -t /etc/zerorig agent.key agent.toml`,
      `ssh ${zero} sudo systemctl enable --now zero-agent`,
    ],
  };
}

/** `places`: their folder as a shell's word. */
function startStep(places: Places): Step {
  const { unit } = places;
  if (unit === null) {
    return {
      what: "start the controller",
      commands: [`zerorig run --config ${configPath(places)}`],
    };
  }
  const name = unit.split("/").at(-1) ?? unit;
  const link = unit.startsWith(UNIT_DIR) ? [] : [`sudo systemctl link ${shellWord(unit)}`];
  return {
    what: "start the service, now and at each boot",
    commands: [
      ...link,
      "sudo systemctl daemon-reload",
      `sudo systemctl enable --now ${shellWord(name)}`,
    ],
  };
}
