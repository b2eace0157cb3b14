// What a refusal looks like, for the API's description.

import { JOB } from "./job-schemas.ts";

export const JSON_TYPE = "application/json";

const REFUSED = { $ref: "#/components/schemas/Refusal" };
export const REFUSAL = { description: "Refused", content: { [JSON_TYPE]: { schema: REFUSED } } };
/** Who is turned away at the door, and at a path that is not there, is told so as everywhere. */
export const REDFISH_REFUSAL = {
  description: "Refused",
  content: {
    [JSON_TYPE]: { schema: { anyOf: [{ $ref: "#/components/schemas/RedfishError" }, REFUSED] } },
  },
};

export const SCHEMAS = {
  Job: JOB,
  Refusal: {
    type: "object",
    required: ["ok", "code", "error"],
    properties: {
      ok: { const: false },
      code: { type: "string" },
      error: { type: "string" },
    },
  },
  RedfishError: {
    type: "object",
    required: ["error"],
    properties: { error: { type: "object", required: ["code", "message"] } },
  },
} as const;
