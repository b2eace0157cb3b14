// A list of tables, [[section.key]], checked field by field, so that a fault names the table and the field.

import { nearest } from "./nearest.ts";

export type Table = Readonly<Record<string, unknown>>;

/** What a table of the list is like. */
export interface TableShape {
  /** What one of them is called, as "route". */
  readonly noun: string;
  /** The header of each, as "proxy.routes". */
  readonly header: string;
  readonly max: number;
  /** The fields, each with what it may be. */
  readonly fields: Readonly<Record<string, Field>>;
  readonly required: readonly string[];
  /** What is wrong with a table whose fields are right alone; null if nothing is. */
  readonly fault: (table: Table) => string | null;
  /** No two may have the same. */
  readonly nameOf: (table: Table) => string;
}

export interface Field {
  readonly is: (value: unknown) => boolean;
  readonly expected: string;
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is wrong with a list of such tables, from the field on; null if nothing is. */
export function tablesFault(shape: TableShape, value: unknown): string | null {
  const { noun, header, max, nameOf } = shape;
  if (!Array.isArray(value)) return `expected a list of tables, [[${header}]]`;
  if (value.length > max) return `${max} ${noun}s at most`;
  const seen = new Set<string>();
  for (const [index, table] of value.entries()) {
    const fault = tableFault(shape, table);
    if (fault !== null) return `${noun} ${index + 1}: ${fault}`;
    const name = nameOf(table);
    if (seen.has(name)) return `${noun} ${index + 1}: there is another ${noun} for ${name}`;
    seen.add(name);
  }
  return null;
}

function tableFault({ fields, required, fault }: TableShape, table: unknown): string | null {
  if (!isTable(table)) return "expected a table";
  for (const [field, value] of Object.entries(table)) {
    const known = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (known === undefined) return strangeField(field, Object.keys(fields));
    if (!known.is(value)) return `\`${field}\`: expected ${known.expected}`;
  }
  const missing = required.find((field) => table[field] === undefined);
  return missing === undefined ? fault(table) : `\`${missing}\` is required`;
}

function strangeField(field: string, names: readonly string[]): string {
  const close = nearest(field, names);
  const hint = close === null ? `its fields are ${names.join(", ")}` : `did you mean \`${close}\`?`;
  return `no such field \`${field}\`; ${hint}`;
}

/** What an environment variable gives: JSON, or text that is told to be wrong. */
export function tablesFromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
