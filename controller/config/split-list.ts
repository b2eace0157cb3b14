// [[stratum.split]]: goals that get a part of the rig's hashing, each with pools of its own.

import { isFullNode, isStratum, type PoolNode, parseNode } from "../pools/node.ts";
import { type Field, type TableShape, tablesFault } from "./table-list.ts";

/** A goal in the file's words. */
export interface ListedGoal {
  readonly name: string;
  readonly percent: number;
  readonly nodes: readonly string[];
  readonly user: string;
  readonly password?: string;
}

/** A goal as the program knows it. */
export interface SplitGoal {
  readonly name: string;
  readonly percent: number;
  readonly nodes: readonly PoolNode[];
  readonly user: string;
  readonly password: string;
}

/** What [pool] itself is called where there are others beside it. */
const MAIN_GOAL = "pool";
const GOALS_MAX = 8;

function isText(pattern: RegExp): Field["is"] {
  return (value) => typeof value === "string" && pattern.test(value);
}

function areNodes(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > 16) return false;
  return value.every(
    (node) =>
      typeof node === "string" && (isStratum(node) || isFullNode(node)) && parseNode(node) !== null,
  );
}

const FIELDS: Readonly<Record<string, Field>> = {
  name: { is: isText(/^[A-Za-z0-9_-]{1,32}$/), expected: "1 to 32 letters, digits, '_' or '-'" },
  percent: {
    is: (value) => typeof value === "number" && value >= 0.1 && value <= 99.9,
    expected: "a number from 0.1 to 99.9",
  },
  nodes: {
    is: areNodes,
    expected: 'a list of pools such as ["stratum+tcp://pool.example:3333"], the best first',
  },
  user: { is: isText(/^[\w.-]{1,64}$/), expected: "a user name as [pool] `user`" },
  password: {
    is: isText(/^[!-~]{0,64}$/),
    expected: "up to 64 characters without spaces, as [stratum] `password`",
  },
};

const GOALS: TableShape = {
  noun: "goal",
  header: "stratum.split",
  max: GOALS_MAX,
  fields: FIELDS,
  required: ["name", "percent", "nodes", "user"],
  fault: ({ name }) =>
    name === MAIN_GOAL ? `\`name\`: "${MAIN_GOAL}" is what [pool] itself is called` : null,
  nameOf: ({ name }) => String(name),
};

/** What is wrong with a list of goals, from the field on; null if nothing is. */
export function splitFault(value: unknown): string | null {
  const fault = tablesFault(GOALS, value);
  if (fault !== null) return fault;
  const sum = (value as readonly ListedGoal[]).reduce((all, { percent }) => all + percent, 0);
  return sum < 100 ? null : `\`percent\` of all is ${sum}: less than 100, the rest is [pool]'s`;
}

export function goalOf(listed: ListedGoal): SplitGoal {
  const { name, percent, nodes, user, password = "x" } = listed;
  return { name, percent, nodes: nodes.flatMap((node) => parseNode(node) ?? []), user, password };
}

/** All goals and what each is to have; empty where there is but one. */
export function partsOf(
  split: readonly ListedGoal[],
): readonly Pick<ListedGoal, "name" | "percent">[] {
  if (split.length === 0) return [];
  const parts = split.map(({ name, percent }) => ({ name, percent }));
  const rest = 100 - parts.reduce((all, { percent }) => all + percent, 0);
  return [{ name: MAIN_GOAL, percent: rest }, ...parts];
}

/** One goal, for the example file. */
export const SPLIT_EXAMPLE = [
  "# One table for each goal beside [pool], which gets what is left.",
  "#   [[stratum.split]]",
  '#   name = "charity"',
  "#   percent = 20               # of the hashing",
  '#   nodes = ["stratum+tcp://pool.example:3333"]   # the best first, as in [pool]',
  '#   user = "their-address"',
  '#   password = "x"',
];
