// The files of a rig, as text: the configuration, the secrets, and a folder for each Zero with what its agent needs.

import { stringify } from "smol-toml";
import { type SlotId, slotId } from "../../../hat/slots.ts";
import { LINK_PORT, linkUrl } from "../../../zero-agent/protocol/link-address.ts";
import { documentedConfig, type Values } from "../../config/documented.ts";
import { type Answers, isForCards, type Places } from "./answers.ts";

export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Told to nobody; and what is there already stays, for others know it. */
  readonly secret: boolean;
}

/** Makes secrets; or gives those that are there already, which the Zeros know. */
export interface Secrets {
  linkKey(slot: SlotId): string;
  token(): string;
}

/** Whatever it is: a rig's on this machine, or that of a card's system. */
type Folder = Pick<Places, "dir">;

/** What a virtual rig needs besides: its Zeros dial in on the loopback. */
const LOOPBACK = { listen: "127.0.0.1", allow: ["127.0.0.0/8"] };

export function slotsOf({ slots }: Answers): readonly SlotId[] {
  return Array.from({ length: slots }, (_, index) => slotId(index));
}

export function isVirtual({ board }: Answers): boolean {
  return board.startsWith("virtual:");
}

export function linkPortOf({ linkPort }: Places): number {
  return linkPort ?? LINK_PORT;
}

export function configPath({ dir }: Folder): string {
  return `${dir}/controller.toml`;
}

/** The slots' link keys: p1.key and so on. */
export function keysPath({ dir }: Folder): string {
  return `${dir}/keys`;
}

export function tokenPath({ dir }: Folder): string {
  return `${dir}/token`;
}

export function miningKeyPath({ dir }: Folder): string {
  return `${dir}/mining.key`;
}

/** A folder for each Zero. */
export function zerosPath({ dir }: Folder): string {
  return `${dir}/zeros`;
}

/** What a Zero's card is given: agent.toml and agent.key. */
export function zeroDir(folder: Folder, slot: string): string {
  return `${zerosPath(folder)}/${slot}`;
}

function values(answers: Answers, places: Places): Values {
  const { board, user, nodes, tier, miningKey, model, ceilingWatts, tariffPerKwh, http } = answers;
  const { finalDir: dir, stateDir, controlSocket, linkPort } = places;
  const port = linkPort === null ? {} : { port: linkPort };
  // Nobody switches the Zeros of a new card on; one that a person has switched off stays off.
  const restore = isForCards(places) ? { restore: "restore" } : {};
  return {
    hat: { board },
    link: { ...(isVirtual(answers) ? LOOPBACK : {}), ...port, keys_dir: keysPath({ dir }) },
    pool: {
      ...(nodes.length === 0 ? {} : { nodes }),
      user,
      ...(miningKey === null ? {} : { key_file: miningKeyPath({ dir }) }),
      tier,
    },
    power: { ...restore, model, ...(ceilingWatts === null ? {} : { ceiling_watts: ceilingWatts }) },
    energy: tariffPerKwh === null ? {} : { tariff_per_kwh: tariffPerKwh },
    state: { dir: stateDir },
    control: { socket: controlSocket },
    http: http === null ? {} : { ...http, token_file: tokenPath({ dir }) },
  };
}

const INTRO = [
  "Written by `zerorig setup`. `zerorig config example` shows every key there is, `zerorig config check` says whether",
  "this file is right, `zerorig reload` has a running controller take it over.",
];

/** What the agent of a slot is told; on the Zero its key lies beside it. */
function agentToml(answers: Answers, places: Places, slot: SlotId): string {
  const virtual = {
    slot,
    controller: linkUrl(linkPortOf(places), LOOPBACK.listen),
    key_file: `${zeroDir(places, slot)}/agent.key`,
    workers: 1,
  };
  const port = places.linkPort;
  const real = {
    slot,
    ...(port === null ? {} : { controller: linkUrl(port) }),
    key_file: "/etc/zerorig/agent.key",
  };
  return stringify(isVirtual(answers) ? virtual : real);
}

/** Every file but the unit. The configuration comes last: a setup that broke off has not made a new one. */
export function planFiles(answers: Answers, places: Places, secrets: Secrets): PlannedFile[] {
  const { miningKey, http } = answers;
  const file = (path: string, text: string): PlannedFile => ({
    path,
    text,
    mode: 0o644,
    secret: false,
  });
  const secret = (path: string, text: string): PlannedFile => ({
    path,
    text: `${text}\n`,
    mode: 0o600,
    secret: true,
  });
  return [
    ...slotsOf(answers).flatMap((slot) => {
      const key = secrets.linkKey(slot);
      const dir = zeroDir(places, slot);
      return [
        secret(`${keysPath(places)}/${slot}.key`, key),
        secret(`${dir}/agent.key`, key),
        file(`${dir}/agent.toml`, agentToml(answers, places, slot)),
      ];
    }),
    ...(http === null ? [] : [secret(tokenPath(places), secrets.token())]),
    ...(miningKey === null ? [] : [secret(miningKeyPath(places), miningKey)]),
    file(configPath(places), documentedConfig(values(answers, places), INTRO)),
  ];
}
