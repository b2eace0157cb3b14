// The coin's API: GET /balances/<user> -> the balance, or why there is none.

import { decodeAnswer, type FetchFault, fault, printable } from "./codec-picker.ts";

/** Reads an answer. An amount is a finite number that is not negative. */
export function decodeBalance(
  status: number,
  body: string,
): { readonly ok: true; readonly duco: number } | FetchFault {
  const answer = decodeAnswer(status, body);
  if (!answer.ok) return answer;
  const { result } = answer.fields;
  const duco =
    typeof result === "object" && result !== null && "balance" in result ? result.balance : null;
  if (typeof duco === "number" && Number.isFinite(duco) && duco >= 0) return { ok: true, duco };
  return fault("nonsense", `no balance: ${printable(JSON.stringify(result) ?? "nothing", 40)}`);
}
