// The page: totals, the rig over time, a card for each Zero, the schedule and the log.

import { ActDialog } from "./act-dialog.tsx";
import { Footing } from "./footing.tsx";
import { LogPanel } from "./log-panel.tsx";
import { Masthead, StaleBar, staleMs } from "./masthead.tsx";
import { Notices } from "./notices.tsx";
import { Overview } from "./overview.tsx";
import { RigDialog } from "./rig-dialog.tsx";
import { SchedulePanel } from "./schedule-panel.tsx";
import { rig } from "./stream.ts";
import { TokenDialog } from "./token-dialog.tsx";
import { Totals } from "./totals.tsx";
import { Zeros } from "./zeros.tsx";

export function App() {
  const known = rig.value;
  return (
    <>
      <a class="skip" href="#zeros">
        To the Zeros
      </a>
      <Masthead />
      <StaleBar />
      {known === null ? (
        <main class="waiting">
          <p>Waiting for the controller …</p>
        </main>
      ) : (
        <main class={staleMs.value === null ? "" : "stale"}>
          <Notices status={known.status.is} />
          <Totals status={known.status} />
          <Overview />
          <Zeros rig={known} />
          <SchedulePanel />
          <LogPanel />
          <Footing status={known.status} />
        </main>
      )}
      <ActDialog />
      <RigDialog />
      <TokenDialog />
    </>
  );
}
