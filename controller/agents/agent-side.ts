// All that the controller does about the Zeros' agents beside their work: their programs and their keys.

import { join } from "node:path";
import type { SlotId } from "../../hat/slots.ts";
import type { AgentMessage, ControllerMessage, Hello } from "../../zero-agent/protocol/messages.ts";
import type { EffectOf } from "../core/effect.ts";
import type { RigState } from "../core/state.ts";
import type { AgentRequest, ControlReply } from "../shell/control-protocol.ts";
import { messageOf } from "../shell/error.ts";
import { keyWarnings } from "../shell/link-keys.ts";
import type { LinkSide } from "../shell/link-server.ts";
import type { Untimed } from "../shell/loop.ts";
import type { Parts } from "../shell/parts.ts";
import { AgentLane } from "./agent-lane.ts";
import type { Answer } from "./enrol-desk.ts";
import { KeyOffice, KeyRefusal } from "./key-office.ts";
import { KeyRing } from "./key-ring.ts";
import { DEFAULT_LIMITS } from "./rollout.ts";

/** What it has to do with. */
interface Around {
  state(): RigState;
  /** Results of a worker since the start, whatever became of them. */
  results(slot: SlotId): number;
  /** Made after this, which listens to them. */
  links(): {
    send(link: number, message: ControllerMessage): void;
    keyOf(link: number): Buffer | null;
    close(link: number, code: number, why: string): void;
  };
  post(event: Untimed): void;
  report(effect: EffectOf<"report">): void;
}

export class AgentSide implements LinkSide {
  readonly #lane: AgentLane;
  readonly #ring: KeyRing;
  readonly #office: KeyOffice;
  readonly #links: Around["links"];
  readonly #about: Pick<Parts, "config" | "board"> & Pick<Around, "report">;

  constructor(
    {
      clock,
      config,
      board,
      agentProgram,
    }: Pick<Parts, "clock" | "config" | "board" | "agentProgram">,
    { links, report, ...around }: Around,
  ) {
    this.#about = { config, board, report };
    const { agents, stateDir, link } = config;
    this.#ring = new KeyRing(link.keysDir, join(stateDir, "keys"));
    const { restartMs, watchMs } = agents;
    const common = {
      ...around,
      clock,
      slots: board.info.slots,
      send: (id: number, message: ControllerMessage) => links().send(id, message),
      keyOf: (id: number) => links().keyOf(id),
      note: (
        level: "info" | "warn" | "error",
        ev: string,
        slot: SlotId | null,
        detail: Readonly<Record<string, string>>,
      ) => report({ type: "report", level, ev, slot, why: null, detail }),
    };
    this.#links = links;
    this.#lane = new AgentLane({
      ...common,
      limits: { ...DEFAULT_LIMITS, restartMs, watchMs },
      dir: join(stateDir, "agents"),
      program: agents.program ?? agentProgram,
    });
    this.#office = new KeyOffice({
      ...common,
      ring: this.#ring,
      linkedOf: (slot) => this.#lane.linkedOf(slot),
      close: (id, code, why) => links().close(id, code, why),
    });
  }

  turnedAway(peer: string, slot: string): void {
    this.#office.turnedAway(peer, slot);
  }

  enrol(message: unknown, peer: string): Answer {
    return this.#office.desk.take(message, peer);
  }

  start(): void {
    this.#lane.start();
  }

  stop(): void {
    this.#lane.stop();
  }

  /** Says whose agent could not be let in, and why. */
  warnOfKeys(): void {
    const { config, board, report } = this.#about;
    const without = board.info.slots.filter((slot) => this.#ring.keysOf(slot).length === 0);
    for (const fault of keyWarnings(config.link.keysDir, without)) report(fault);
  }

  keysOf(slot: string): readonly Buffer[] {
    return this.#ring.keysOf(slot);
  }

  linkUp(slot: SlotId, link: number, hello: Hello, protocol: number): void {
    this.#lane.linkUp(slot, link, hello.agentVersion, protocol);
    this.#office.proved(slot, this.#links().keyOf(link));
  }

  linkDown(slot: SlotId, link: number): void {
    this.#lane.linkDown(slot, link);
  }

  told(slot: SlotId, link: number, message: AgentMessage): void {
    if (message.type === "rekeyed") this.#office.told(slot, message);
    else this.#lane.told(slot, link, message);
  }

  act(request: AgentRequest): ControlReply {
    try {
      return this.#act(request);
    } catch (error) {
      const code = error instanceof KeyRefusal ? "refused" : "failed";
      return { ok: false, code, error: messageOf(error) };
    }
  }

  #act(request: AgentRequest): ControlReply {
    switch (request.verb) {
      case "agents":
        return { ok: true, agents: this.#lane.status() };
      case "agents-update":
      case "agents-rollback":
        return this.#give(request);
      case "enroll": {
        const { slot, how, replaces, reason } = request;
        const enrolment = this.#office.enroll(slot as SlotId, how, replaces, reason);
        return { ok: true, enrolment };
      }
      case "revoke":
        for (const slot of request.slots) this.#office.revoke(slot as SlotId, request.reason);
        break;
      case "rotate":
        for (const slot of request.slots) this.#office.rotate(slot as SlotId, request.reason);
        break;
      case "keys":
        break;
    }
    return { ok: true, keys: this.#office.status() };
  }

  #give({
    verb,
    slots,
    reason,
  }: Extract<AgentRequest, { readonly verb: "agents-update" | "agents-rollback" }>): ControlReply {
    const kind = verb === "agents-update" ? "update" : "rollback";
    const begun = this.#lane.begin(kind, slots as SlotId[], reason);
    if (!begun.ok) return { ok: false, code: "refused", error: begun.error };
    return { ok: true, agents: this.#lane.status() };
  }
}
