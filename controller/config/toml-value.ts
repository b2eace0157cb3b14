// One value as TOML, on one line.

import { stringify } from "smol-toml";

export function tomlValue(value: unknown): string {
  if (Array.isArray(value) && value.some(isTable)) {
    return `[${value.map((each) => tomlValue(each)).join(", ")}]`;
  }
  if (isTable(value)) {
    const pairs = Object.entries(value).map(([name, each]) => `${name} = ${tomlValue(each)}`);
    return `{ ${pairs.join(", ")} }`;
  }
  return stringify({ value })
    .trim()
    .replace(/^value = /, "");
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
