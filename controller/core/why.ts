// Reason codes: why a slot is in its state. Stable names, for logs, the audit table, the CLI and tests.

export type Why =
  | "start" // the controller has just started and adopts what it finds
  | "found-off"
  | "found-on"
  | "wanted-on"
  | "wanted-off"
  | "operator"
  | "intent-resumed" // an action that an earlier run of the controller had begun
  | "power-lost" // the board was found in its power-on state
  | "foreign-change" // another program wrote the line
  | "on-written"
  | "on-failed"
  | "usb-seen"
  | "settled"
  | "no-enumeration"
  | "linked"
  | "self-test-passed"
  | "wrong-answers"
  | "hot"
  | "throttled"
  | "slow"
  | "recovered"
  | "silent"
  | "no-progress"
  | "boot-overdue"
  | "adopt-overdue"
  | "heard-again"
  | "stuck-but-heard"
  | "restart-worker"
  | "restart-agent"
  | "soft-reboot"
  | "power-cycle"
  | "cut-not-proved"
  | "off-proved"
  | "failed-cycles"
  | "probation"
  | "probed";

/** What an automatic cut is waiting for. Checked in this order. */
export type Hindrance =
  | "automation-halted"
  | "hold"
  | "storm"
  | "hub-lost"
  | "link-server-unproved"
  | "below-floor"
  | "lane-busy"
  | "backoff"
  | "slot-cut-cap"
  | "rig-cut-cap";
