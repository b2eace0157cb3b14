// The kinds of alerts: what a person wants to be told of who does not look at the rig.

export const ALERT_KINDS = [
  "fenced", // a Zero was cut and brought back, or is about to be
  "quarantined", // it was given up for a day
  "fault", // nobody but a person can help it
  "storm", // many Zeros were lost at once
  "pool", // the connections go to another node
  "no-shares", // Zeros are up, and nothing is accepted
  "brown-out", // the supply fails
  "invariant", // automation stopped itself
  "board", // the HAT does not answer
  "disk", // there is hardly room left for what must be written down
  "block", // the rig, or a miner behind it, found one; and what became of it
] as const;

export type AlertKind = (typeof ALERT_KINDS)[number];

/** How grave it is: good news, something to know of, or something that is lost unless a person looks. */
export type AlertLevel = "info" | "warn" | "error";
