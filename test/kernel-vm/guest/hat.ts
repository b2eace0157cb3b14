// The test of part a, in the guest.

import { gpioSteps } from "./hat-gpio.ts";
import { i2cSteps } from "./hat-i2c.ts";
import { runSteps } from "./steps.ts";

gpioSteps();
i2cSteps();
void runSteps();
