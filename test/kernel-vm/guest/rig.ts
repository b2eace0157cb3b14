// The test of part b, in the guest: the whole rig with a board v1 and then with a board v2.

import { rigSteps } from "./rig-steps.ts";
import { runSteps } from "./steps.ts";

rigSteps();
void runSteps(true).then(() => process.exit());
