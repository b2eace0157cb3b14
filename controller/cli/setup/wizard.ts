// The questions of `zerorig setup`, one after the other; what flags have said is the answer that is offered.

import type { ZeroModel } from "../../core/policy.ts";
import { parseNode } from "../../pools/node.ts";
import { type Answers, complaintOf, keyComplaintOf, type Places } from "./answers.ts";
import type { Asker, Choice } from "./asker.ts";
import type { Finding } from "./find-hat.ts";

const MODELS: readonly Choice[] = [
  { value: "zero", label: "Zero", hint: "1.0 W each while it hashes" },
  { value: "zero-w", label: "Zero W", hint: "1.2 W" },
  { value: "zero-2-w", label: "Zero 2 W", hint: "2.4 W" },
];
const TIERS: readonly Choice[] = [
  { value: "auto", label: "auto", hint: "LOW, or where the pool has moved a Zero" },
  { value: "LOW", label: "LOW" },
  { value: "MEDIUM", label: "MEDIUM" },
  { value: "NET", label: "NET" },
  { value: "EXTREME", label: "EXTREME" },
];
const NETWORK: readonly Choice[] = [
  {
    value: "0.0.0.0",
    label: "the whole network",
    hint: "anybody may look; changes take the token",
  },
  { value: "", label: "off" },
];
const REACH_HERE: readonly Choice[] = [
  { value: "127.0.0.1", label: "this machine only", hint: "others through ssh" },
  ...NETWORK,
];
const REACH_CARD: readonly Choice[] = [
  { value: "127.0.0.1", label: "the controller's Pi only", hint: "others through ssh" },
  ...NETWORK,
];
const SLOTS_MAX = 32;

/** Nothing given, where that may be. */
function orNone(complaint: (text: string) => string | undefined) {
  return (text: string) => (text === "" ? undefined : complaint(text));
}

function slotsComplaint(text: string): string | undefined {
  const isRight = /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= SLOTS_MAX;
  return isRight ? undefined : `Expected a whole number from 1 to ${SLOTS_MAX}.`;
}

function nodesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((node) => node !== "");
}

/** Asks for everything. `virtualBoard` is what [hat] board is where there is no hardware; null where that makes no sense: for cards. */
export async function askAnswers(
  asker: Asker,
  found: Finding,
  virtualBoard: string | null,
  offered: Answers,
): Promise<Answers> {
  const isForCards = virtualBoard === null;
  const board = await askBoard(asker, found, virtualBoard, offered.board);
  const seen = board === virtualBoard ? 4 : (found.slots ?? offered.slots);
  const slots = Number(await asker.text("How many slots?", String(seen), slotsComplaint));
  const user = await asker.text("Your Duino-Coin user name?", offered.user, (text) =>
    complaintOf("pool", "user", text),
  );
  const nodes = nodesOf(
    await asker.text(
      "Pool nodes, best first, as host:port? Empty: the coin's picker names one.",
      offered.nodes.join(", "),
      (text) => {
        const wrong = nodesOf(text).find((node) => parseNode(node) === null);
        return wrong === undefined ? undefined : `"${wrong}" is no host:port.`;
      },
    ),
  );
  const key = await asker.secret(
    "The account's mining key? Empty: it has none, or the one that is there stays.",
    orNone(keyComplaintOf),
  );
  const tier = await asker.choose("Which difficulty?", TIERS, offered.tier);
  const model = await asker.choose("Which Zeros?", MODELS, offered.model);
  const watts = await asker.text(
    "The most watts that they may draw together? Empty: no limit.",
    String(offered.ceilingWatts ?? ""),
    orNone((text) => complaintOf("power", "ceiling_watts", text)),
  );
  const tariff = await asker.text(
    "What does a kilowatt-hour cost? Empty: cost is not counted.",
    String(offered.tariffPerKwh ?? ""),
    orNone((text) => complaintOf("energy", "tariff_per_kwh", text)),
  );
  const listen = await asker.choose(
    "Web page and API: who reaches them?",
    isForCards ? REACH_CARD : REACH_HERE,
    offered.http?.listen ?? "",
  );
  return {
    board,
    slots,
    user,
    nodes,
    miningKey: key === "" ? offered.miningKey : key,
    tier,
    model: model as ZeroModel,
    ceilingWatts: watts === "" ? null : Number(watts),
    tariffPerKwh: tariff === "" ? null : Number(tariff),
    http: listen === "" ? null : { listen, port: offered.http?.port ?? 8080 },
  };
}

async function askBoard(
  asker: Asker,
  { spec, text }: Finding,
  virtualBoard: string | null,
  offered: string,
): Promise<string> {
  asker.say(text);
  if (virtualBoard === null) return offered;
  const choices: Choice[] = [
    {
      value: "auto",
      label: spec ?? "a HAT that is not there yet",
      hint: "looked for at each start",
    },
    { value: virtualBoard, label: "a virtual HAT", hint: "no hardware: its Zeros are processes" },
  ];
  if (!choices.some(({ value }) => value === offered))
    choices.push({ value: offered, label: offered });
  return await asker.choose("Which board?", choices, spec === null ? virtualBoard : offered);
}

/** Whether a unit is wanted, and where; null for none. */
export async function askUnit(asker: Asker, offered: Places["unit"]): Promise<string | null> {
  const path = offered ?? "/etc/systemd/system/zerorig.service";
  const wanted = await asker.confirm(
    `Write a systemd unit to ${path}? It is not enabled by itself.`,
    true,
  );
  return wanted ? path : null;
}
