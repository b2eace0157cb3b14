// Completion for fish, with descriptions.

import { type OptionWords, type Place, type Values, valuedOptions } from "./places.ts";

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** What of `complete` says which values there are. */
function offer(values: Values | null): string {
  if (values === null) return "";
  if (values === "file") return " -r -F";
  return values === "free" ? " -x" : ` -x -a ${quoted(values.words.join(" "))}`;
}

function nameFlags({ names }: OptionWords): string {
  return names
    .map((name) => (name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`))
    .join("");
}

function linesOf(name: string, { at, commands, options, values }: Place): string[] {
  const here = `complete -c ${name} -n ${quoted(`__${name}_at ${quoted(at)}`)}`;
  return [
    ...commands.map((each) => `${here} -a ${each.name} -d ${quoted(each.description)}`),
    ...options.map(
      (option) =>
        `${here}${nameFlags(option)}${offer(option.values)} -d ${quoted(option.description)}`,
    ),
    ...(values === null || values === "free"
      ? []
      : [here + offer(values).replace(" -x", "").replace(" -r", "")]),
  ];
}

/** A script to be sourced, or to stand in a folder of completions as `NAME.fish`. */
export function fishScript(name: string, places: readonly Place[]): string {
  const paths = places.filter(({ at }) => at !== "").map(({ at }) => quoted(at));
  return `# fish completion for ${name}, made by \`${name} completion fish\`
function __${name}_at -d 'whether these commands were typed so far'
  set -l at ''
  set -l is_value 0
  for word in (commandline -opc)[2..-1]
    if test $is_value = 1
      set is_value 0
      continue
    end
    if contains -- $word ${valuedOptions(places).map(quoted).join(" ")}
      set is_value 1
      continue
    end
    set -l next (string trim -- "$at $word")
    contains -- $next ${paths.join(" ")}
    and set at $next
  end
  test "$at" = "$argv[1]"
end
complete -c ${name} -f
${places.flatMap((place) => linesOf(name, place)).join("\n")}
`;
}
