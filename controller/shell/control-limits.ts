// How much may be asked for over the control socket: the bounds that the protocol and the CLI's options share.

/** The longest that anything may be asked to last: 30 days. */
export const FOR_MAX_MS = 30 * 86_400_000;
/** More than any rig draws; what is above is a mistake of units. */
export const WATTS_MAX = 1000;
export const REASON_CHARS_MAX = 200;
export const SOURCE_CHARS_MAX = 40;
