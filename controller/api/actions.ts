// What may be asked of the rig over HTTP: each path is a verb of the control socket, and its body the verb's fields.

import * as v from "valibot";
import { type ActRequest, controlRequest } from "../shell/control-protocol.ts";

export interface Action {
  readonly verb: ActRequest["verb"];
  readonly summary: string;
  /** The fields of the body, by their names on the wire; those of the control socket are camelCase. */
  readonly fields: Readonly<Record<string, Field>>;
}

export interface Field {
  readonly name: string;
  readonly type:
    | "string"
    | "boolean"
    | "number"
    | "number or null"
    | "string or null"
    | "array or null";
  readonly required: boolean;
  readonly description: string;
}

/** Where none is given: who reads the history knows at least which way it came, as with MQTT, MAAS and Redfish. */
export const NO_REASON = "asked over HTTP";

const why: Field = {
  name: "reason",
  type: "string",
  required: false,
  description: "for the log and whoever asks why",
};
const dueWhy: Field = { ...why, required: true };
const hard: Field = {
  name: "hard",
  type: "boolean",
  required: false,
  description: "cut without asking the Zero to shut down first",
};
const openFor: Field = {
  name: "forMs",
  type: "number or null",
  required: false,
  description: "for so long; null or left out: until somebody ends it",
};
const dueFor: Field = { ...openFor, type: "number", required: true, description: "for so long" };
const watts: Field = { name: "watts", type: "number", required: true, description: "watts" };

/** What holds slots, or automation: why, and for how long. */
const held = { reason: dueWhy, for_ms: openFor };

/** Of slots that the path names: `/api/v1/slots/p1,p3/off`. */
export const SLOT_ACTIONS: readonly Action[] = [
  { verb: "on", summary: "Power slots on", fields: { reason: why } },
  { verb: "off", summary: "Shut slots down and cut their power", fields: { reason: why, hard } },
  { verb: "cycle", summary: "Off, then on again", fields: { reason: why, hard } },
  {
    verb: "cordon",
    summary: "No new jobs, no fencing",
    fields: held,
  },
  { verb: "uncordon", summary: "End a cordon, a drain, a maintenance", fields: { reason: why } },
  {
    verb: "drain",
    summary: "Finish the job, then cordon",
    fields: held,
  },
  {
    verb: "maintenance",
    summary: "No jobs, no fencing, no switching on",
    fields: held,
  },
  { verb: "release", summary: "Out of quarantine; forget old faults", fields: { reason: why } },
  {
    verb: "wake",
    summary: "Want slots up although nothing is to do",
    fields: { for_ms: dueFor },
  },
  {
    verb: "identify",
    summary: "Blink the alert LED of the slots' boards, then leave it as it was",
    fields: {
      for_ms: { ...dueFor, required: false, description: "for so long; 10 s if left out" },
    },
  },
];

/** Of the whole rig: `/api/v1/rig/pause`. */
export const RIG_ACTIONS: readonly Action[] = [
  {
    verb: "pause",
    summary: "Automation switches no power; mining goes on",
    fields: held,
  },
  { verb: "resume", summary: "End a pause, or automation's own stop", fields: { reason: why } },
  {
    verb: "override",
    summary: "A ceiling by hand in place of schedules and outside number; null lifts both",
    fields: { watts: { ...watts, type: "number or null" }, ...held },
  },
  { verb: "end-override", summary: "End the ceiling by hand", fields: { reason: why } },
  {
    verb: "ceiling",
    summary: "A ceiling from outside, such as solar surplus; it lapses unless told again",
    fields: {
      watts,
      source: { name: "source", type: "string", required: true, description: "who says so" },
      for_ms: dueFor,
    },
  },
  {
    verb: "pool-node",
    summary: "Choose the pool node by hand; null gives it back to the list or the picker",
    fields: {
      node: { name: "node", type: "string or null", required: true, description: "host:port" },
      reason: why,
    },
  },
];

/** PUT /api/v1/schedule/windows: the windows as they are to be, and DELETE: those of the file again. */
export const SET_WINDOWS: Action = {
  verb: "set-windows",
  summary: "Other windows of the schedule, kept over restarts; null goes back to the file's",
  fields: {
    windows: {
      name: "windows",
      type: "array or null",
      required: true,
      description: "objects of name, from, to, zone, watts, outside_watts, as in [schedule.NAME]",
    },
    reason: why,
  },
};
export const RESET_WINDOWS: Action = {
  verb: "set-windows",
  summary: "The file's windows of the schedule again",
  fields: {},
};

export type Composed =
  | { readonly ok: true; readonly request: ActRequest }
  | { readonly ok: false; readonly error: string };

/** The control socket's request for an action. Fields that it has not are refused by name, and so is what is wrong in them. */
export function composeRequest(
  { verb, fields }: Action,
  slots: readonly string[] | null,
  body: unknown,
): Composed {
  if (body !== undefined && body !== null && !isRecord(body)) {
    return { ok: false, error: "the body is a JSON object" };
  }
  const given = Object.entries(body ?? {});
  const strange = given.find(([name]) => !Object.hasOwn(fields, name));
  if (strange !== undefined) {
    const known = Object.keys(fields).join(", ");
    return { ok: false, error: `${strange[0]}: unknown; ${verb} takes ${known}` };
  }
  const unsaid = fields["reason"] === why ? { reason: NO_REASON } : {};
  const named = given.map(([name, value]) => [fields[name]?.name ?? name, value] as const);
  const request = {
    verb,
    ...unsaid,
    ...(slots === null ? {} : { slots }),
    ...Object.fromEntries(named),
  };
  const parsed = v.safeParse(controlRequest, request);
  if (parsed.success) return { ok: true, request: parsed.output as ActRequest };
  const [issue] = parsed.issues;
  const path = v.getDotPath(issue) ?? "body";
  const shown = Object.keys(fields).find((name) => fields[name]?.name === path) ?? path;
  return { ok: false, error: `${shown}: ${issue.message}` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
