// Why a link ends: WebSocket close codes of the private range, each with what the agent does about it.

export const CLOSE = {
  /** A frame that the schema refuses. */
  badMessage: 4400,
  /** The slot is unknown or its key is not proved. The agent exits: trying again cannot help. */
  badKey: 4401,
  /** The handshake took too long. */
  handshakeTimeout: 4408,
  /** A newer proven link of the same slot took over. */
  replaced: 4409,
  /** No protocol version in common. */
  version: 4426,
  /** More messages than an agent has reason to send, or more queued than the other end reads. */
  flood: 4429,
} as const;
