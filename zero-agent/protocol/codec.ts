// Frames <-> messages: JSON text, one message a frame, checked by its schema in both directions of arrival.

import * as v from "valibot";
import {
  type AgentMessage,
  agentMessage,
  type ControllerMessage,
  controllerMessage,
} from "./messages.ts";

/** The largest frame that either end accepts, in bytes. */
export const MAX_FRAME_BYTES = 65_536;

export type Decoded<M> =
  | { readonly ok: true; readonly message: M }
  | { readonly ok: false; readonly why: string };

function decode<S extends v.GenericSchema>(schema: S, frame: string): Decoded<v.InferOutput<S>> {
  let data: unknown;
  try {
    data = JSON.parse(frame);
  } catch {
    return { ok: false, why: "not JSON" };
  }
  const parsed = v.safeParse(schema, data, { abortEarly: true });
  if (parsed.success) return { ok: true, message: parsed.output };
  const [issue] = parsed.issues;
  return { ok: false, why: `${v.getDotPath(issue) ?? "message"}: ${issue.message}` };
}

/** Reads a frame that the agent sent. Never throws; `why` names the field at fault. */
export function decodeAgentFrame(frame: string): Decoded<AgentMessage> {
  return decode(agentMessage, frame);
}

/** Reads a frame that the controller sent. Never throws; `why` names the field at fault. */
export function decodeControllerFrame(frame: string): Decoded<ControllerMessage> {
  return decode(controllerMessage, frame);
}

export function encode(message: AgentMessage | ControllerMessage): string {
  return JSON.stringify(message);
}
