// The keys of `zerorig top`, in one line and at length.

export const KEY_LINE = "q quit  ? help  / filter  o on  x off  c cycle  d drain  u uncordon";
export const READ_ONLY_LINE = "q quit  ? help  / filter  (read-only)";

const LOOKING = [
  "up k, down j    the slot before, the next; g and G the first and the last",
  "/               show only slots with these letters in name, state or reason",
  "Esc             all slots again",
  "q, Ctrl-C       quit",
];

const SWITCHING = [
  "o               switch the selected slot on",
  "x               shut it down and cut its power",
  "c               shut it down, cut its power, and bring it back",
  "d               drain it: no new job, then cordoned; asks for a reason",
  "u               end its cordon, drain or maintenance",
  "                each of them asks first",
];

/** At length; any key leads back. */
export function helpLines(isReadOnly: boolean): string[] {
  return ["", ...LOOKING, ...(isReadOnly ? [] : SWITCHING), "", "any key leads back"];
}
