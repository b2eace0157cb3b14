// What each step of the optimisation is worth: the flow with steps left out, in WebAssembly of four lanes and of one.

import { DucoSearch } from "../../zero-agent/kernels/duco-search.ts";
import {
  ALL_STEPS,
  type Digits,
  ducoS1Flow,
  type Steps,
} from "../../zero-agent/kernels/generator/duco-s1-flow.ts";
import { type Flow, LANE } from "../../zero-agent/kernels/generator/flow.ts";
import {
  type Dialect,
  SCALAR,
  VECTOR_ARM,
  VECTOR_X86,
} from "../../zero-agent/kernels/generator/wasm-dialect.ts";
import type { Shape } from "../../zero-agent/kernels/shape.ts";
import { wasmMachine } from "../../zero-agent/kernels/wasm.ts";
import { type Contestant, inProcess } from "./contestant.ts";
import { searching } from "./duco-s1.ts";

/** As if the digits could be anywhere: nothing is the same for two nonces. */
const ANYWHERE: Digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];

interface Stage {
  readonly label: string;
  readonly steps: Steps;
  readonly digits?: Digits;
}

const STAGES: readonly Stage[] = [
  {
    label: "80 rounds each",
    steps: { isLinear: false, comparedRound: 79 },
    digits: ANYWHERE,
  },
  {
    label: "+ what a hundred nonces share, once",
    steps: { isLinear: false, comparedRound: 79 },
  },
  { label: "+ compare after round 75", steps: { isLinear: false, comparedRound: 75 } },
  { label: "+ schedule from the table", steps: { isLinear: true, comparedRound: 75 } },
  { label: "+ target run back to round 73", steps: { isLinear: true, comparedRound: 73 } },
  { label: "+ target run back to round 71", steps: ALL_STEPS },
];

/** Operations of a vector unit without rotation, for a group of nonces. */
const COST: Partial<Record<string, number>> = { add: 1, sub: 1, xor: 1, rotl: 3, ch: 3, maj: 4 };

function laneSteps({ ops }: Flow): number {
  const lanes = ops.filter(({ level }) => level === LANE);
  return lanes.reduce((sum, { kind }) => sum + (COST[kind] ?? 0), 0);
}

function contestant(
  key: string,
  label: string,
  flowOf: (shape: Shape) => Flow,
  dialect: Dialect,
  streams: 1 | 2,
): Contestant {
  const search = new DucoSearch((shape) => wasmMachine(flowOf(shape), shape, dialect, streams));
  return inProcess(key, label, searching(search.search.bind(search)));
}

export function stepContestants(): Contestant[] {
  const stages = STAGES.flatMap(({ label, steps, digits }, i) => {
    const flowOf = (shape: Shape): Flow => ducoS1Flow(digits ?? shape.digits, steps);
    const count = laneSteps(ducoS1Flow(digits ?? [11], steps));
    return [
      contestant(`lanes4_${i}`, `4 lanes: ${label} (${count} steps)`, flowOf, VECTOR_X86, 1),
      contestant(`lanes1_${i}`, `1 lane:  ${label}`, flowOf, SCALAR, 1),
    ];
  });
  const flowOf = ({ digits }: Shape): Flow =>
    ducoS1Flow(digits, { isLinear: true, comparedRound: 73 });
  return [
    ...stages.filter(({ key }) => key.startsWith("lanes4")),
    contestant("lanes4_2x", "4 lanes: back to round 73, two streams", flowOf, VECTOR_X86, 2),
    contestant(
      "lanes4_arm",
      "4 lanes: back to round 73, in the form for ARM",
      flowOf,
      VECTOR_ARM,
      1,
    ),
    ...stages.filter(({ key }) => key.startsWith("lanes1")),
  ];
}
