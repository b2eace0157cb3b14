// Reason codes: why a slot is in its state. Stable names, for logs, the audit table, the CLI and tests.

export type Why =
  | "start" // the controller has just started and adopts what it finds
  | "found-off"
  | "found-on"
  | "wanted-on"
  | "demand" // somebody asked for it
  | "wanted-off"
  | "operator"
  | "intent-resumed" // an action that an earlier run of the controller had begun
  | "power-lost" // the board was found in its power-on state
  | "foreign-change" // another program wrote the line
  | "postponed" // what was decided may not be done just now
  | "on-written"
  | "on-failed"
  | "usb-seen"
  | "settled"
  | "no-enumeration"
  | "linked"
  | "self-test-passed"
  | "wrong-answers"
  | "hot"
  | "no-shares" // hashes rise, and yet no job is solved
  | "ceiling"
  | "brown-out"
  | "idle"
  | "no-demand" // it is up on demand only, and nobody asks for it
  | "released"
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

/** Why pool connections go to the node that they go to. */
export type PoolWhy =
  | "start" // nobody has said yet
  | "first" // the best of the list
  | "picked" // the picker named it
  | "cached" // the picker names none; this one was good before
  | "failed-over" // the one before failed
  | "returned" // a better one has been well for long
  | "manual" // a person chose it
  | "none"; // none is known

/** Why a policy switches a slot off although it is wanted on. */
export type ShedWhy = "hot" | "brown-out" | "ceiling" | "idle" | "no-demand";

/** What an automatic cut is waiting for. Checked in this order. */
export type Hindrance =
  | "automation-halted"
  | "paused"
  | "hold"
  | "just-resumed"
  | "wrong-card"
  | "hub-lost"
  | "link-server-unproved"
  | "storm"
  | "below-floor"
  | "board-unread"
  | "boots"
  | "kernel-answers"
  | "lane-busy"
  | "backoff"
  | "slot-cut-cap"
  | "rig-cut-cap"
  | "switch-rate";

/** What switching a slot on is waiting for. Checked in this order. */
export type OnHindrance =
  | "automation-halted"
  | "paused"
  | "hold"
  | "heat"
  | "idle"
  | "no-demand"
  | "under-voltage"
  | "ceiling"
  | "ceiling-dwell"
  | "off-dwell"
  | "another-starts"
  | "stagger"
  | "switch-rate";

/** What switching a slot off by a standing rule is waiting for. Checked in this order. */
export type ShedHindrance =
  | "automation-halted"
  | "power-action"
  | "wrong-card"
  | "just-resumed"
  | "paused"
  | "hold"
  | "not-running"
  | "ceiling-dwell"
  | "switch-rate";
