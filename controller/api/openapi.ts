// The API's description, from the same tables that its routes are made of.

import {
  type Action,
  type Field,
  RESET_WINDOWS,
  RIG_ACTIONS,
  SET_WINDOWS,
  SLOT_ACTIONS,
} from "./actions.ts";
import { headerParameter, JOB_PARAMETER, JOBS } from "./job-operations.ts";
import { JSON_TYPE, REDFISH_REFUSAL, REFUSAL, SCHEMAS } from "./openapi-schemas.ts";
import { PROXY } from "./proxy-route.ts";
import { READS } from "./read-operations.ts";
import { RESET_TYPES } from "./redfish-resources.ts";

export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: string;
  readonly summary: string;
  /** Its media type; null: nothing is said but that it is done. */
  readonly answers?: string | null;
  /** What 503 means, where that is an answer too. */
  readonly failing?: string;
  readonly action?: Action;
  /** Takes the token, and this as its body, where it is no action. */
  readonly takes?: object;
  /** A header that must be sent, and what it is for. */
  readonly header?: readonly [name: string, description: string];
  /** What 201 means, where that is an answer too. */
  readonly creating?: string;
  /** The schema of what it answers, where that has one. */
  readonly schema?: string;
  /** Of the query: what each means. */
  readonly query?: Readonly<Record<string, string>>;
}

/** For programs that know servers: docs/redfish.md. */
const POWER: readonly Operation[] = [
  { method: "get", path: "/redfish", summary: "The versions of Redfish" },
  { method: "get", path: "/redfish/v1", summary: "The root of the Redfish-shaped tree" },
  { method: "get", path: "/redfish/v1/", summary: "The same" },
  { method: "get", path: "/redfish/v1/Systems", summary: "A system for each slot" },
  { method: "get", path: "/redfish/v1/Systems/{slot}", summary: "One, with its PowerState" },
  {
    method: "post",
    path: "/redfish/v1/Systems/{slot}/Actions/ComputerSystem.Reset",
    summary: "Switch it",
    answers: null,
    takes: {
      type: "object",
      required: ["ResetType"],
      properties: { ResetType: { enum: RESET_TYPES } },
    },
  },
  { method: "get", path: "/redfish/v1/Chassis", summary: "The rig as the one chassis" },
  { method: "get", path: "/redfish/v1/Chassis/rig", summary: "The rig" },
  {
    method: "get",
    path: "/redfish/v1/Chassis/rig/Power",
    summary: "Watts, of the rig and each slot",
  },
  {
    method: "get",
    path: "/redfish/v1/Chassis/rig/EnvironmentMetrics",
    summary: "Watts and kilowatt-hours of the rig",
  },
  { method: "get", path: "/maas/{slot}/query", summary: "For MAAS: running or stopped" },
  { method: "post", path: "/maas/{slot}/on", summary: "For MAAS: power on", takes: {} },
  { method: "post", path: "/maas/{slot}/off", summary: "For MAAS: power off", takes: {} },
];

/** Every operation that is served. */
export const OPERATIONS: readonly Operation[] = [
  ...READS,
  ...JOBS,
  ...PROXY,
  {
    method: "put",
    path: "/api/v1/schedule/windows",
    summary: SET_WINDOWS.summary,
    action: SET_WINDOWS,
  },
  {
    method: "delete",
    path: "/api/v1/schedule/windows",
    summary: RESET_WINDOWS.summary,
    action: RESET_WINDOWS,
  },
  ...POWER,
  ...SLOT_ACTIONS.map(
    (action): Operation => ({
      method: "post",
      path: `/api/v1/slots/{slots}/${action.verb}`,
      summary: action.summary,
      action,
    }),
  ),
  ...RIG_ACTIONS.map(
    (action): Operation => ({
      method: "post",
      path: `/api/v1/rig/${action.verb}`,
      summary: action.summary,
      action,
    }),
  ),
];

const SLOT_PARAMETER = {
  name: "slot",
  in: "path",
  required: true,
  description: "a slot, such as `p1`",
  schema: { type: "string", pattern: "^p[1-9][0-9]?$" },
};

const SLOTS_PARAMETER = {
  name: "slots",
  in: "path",
  required: true,
  description: "slots, with commas between: `p1,p3`",
  schema: { type: "string", pattern: "^p[1-9][0-9]?(,p[1-9][0-9]?)*$" },
};

function fieldSchema({ type, description }: Field) {
  return { type: type.includes(" or ") ? type.split(" or ") : type, description };
}

function bodyOf({ fields }: Action) {
  const required = Object.keys(fields).filter((name) => fields[name]?.required);
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)]),
  );
  return {
    required: required.length > 0,
    content: {
      [JSON_TYPE]: {
        schema: { type: "object", additionalProperties: false, properties, required },
      },
    },
  };
}

function contentOf(mediaType: string | null, named?: string) {
  if (named !== undefined) {
    return { [JSON_TYPE]: { schema: { $ref: `#/components/schemas/${named}` } } };
  }
  const type = mediaType === JSON_TYPE ? "object" : "string";
  return mediaType === null ? {} : { [mediaType]: { schema: { type } } };
}

function parametersOf({ path, header, query = {} }: Operation) {
  const named = Object.entries(query).map(([name, description]) => ({
    name,
    in: "query",
    required: false,
    description,
    schema: { type: "string" },
  }));
  const slots = path.includes("{slots}") ? [SLOTS_PARAMETER] : [];
  const slot = path.includes("{slot}") ? [SLOT_PARAMETER] : [];
  const job = path.includes("{job}") ? [JOB_PARAMETER] : [];
  const headers = header === undefined ? [] : [headerParameter(header)];
  const all = [...slots, ...slot, ...job, ...headers, ...named];
  return all.length === 0 ? {} : { parameters: all };
}

function describe(operation: Operation) {
  const { summary, answers = JSON_TYPE, failing, creating, schema, action, takes } = operation;
  return {
    summary,
    ...parametersOf(operation),
    ...(action === undefined && takes === undefined ? { security: [] } : {}),
    ...(action === undefined ? {} : { requestBody: bodyOf(action) }),
    ...(takes === undefined
      ? {}
      : { requestBody: { content: { [JSON_TYPE]: { schema: takes } } } }),
    responses: {
      ...(answers === null
        ? { 204: { description: "Done" } }
        : { 200: { description: "Done", content: contentOf(answers, schema) } }),
      ...(creating === undefined
        ? {}
        : { 201: { description: creating, content: contentOf(answers, schema) } }),
      ...(failing === undefined
        ? {}
        : { 503: { description: failing, content: contentOf(answers) } }),
      default: operation.path.startsWith("/redfish/") ? REDFISH_REFUSAL : REFUSAL,
    },
  };
}

export function openApi(version: string) {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    const { method, path } = operation;
    paths[path] = { ...paths[path], [method]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "zerorig", version },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: SCHEMAS,
    },
  } as const;
}
