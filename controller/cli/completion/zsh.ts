// Completion for zsh, with descriptions.

import { quoted } from "../shell-word.ts";
import { type Place, type Values, valuedOptions } from "./places.ts";

/** `word:what it is`, as _describe takes it. */
function described(word: string, description: string): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${description}`);
}

function offer(values: Values): string {
  if (values === "free") return "return";
  if (values === "file") return "_files; return";
  return `compadd -- ${values.words.map(quoted).join(" ")}; return`;
}

function optionCases({ at, options }: Place): string[] {
  return options.flatMap(({ names, values }) =>
    values === null
      ? []
      : [`    (${names.map((name) => quoted(`${at} ${name}`)).join("|")}) ${offer(values)} ;;`],
  );
}

function placeCase({ at, commands, options, values }: Place): string {
  const names = options.flatMap((option) =>
    option.names.map((name) => described(name, option.description)),
  );
  const words = commands.map(({ name, description }) => described(name, description));
  const reply =
    values === null || values === "free" ? "" : `\n      [[ $cur == -* ]] || { ${offer(values)}; }`;
  return `    (${quoted(at)})${reply}
      found=(${words.join(" ")})
      options=(${names.join(" ")}) ;;`;
}

/** A script to be sourced, or to stand in a folder of fpath as `_NAME`. */
export function zshScript(name: string, places: readonly Place[]): string {
  const paths = places
    .filter(({ at }) => at !== "")
    .map(({ at }) => `      (${quoted(at)}) at=$next ;;`);
  return `#compdef ${name}
# zsh completion for ${name}, made by \`${name} completion zsh\`
_${name}() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]} at= next word
  local -a found options
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    case $word in
      (${valuedOptions(places).map(quoted).join("|")}) ((i++)); continue ;;
    esac
    next="\${at:+$at }$word"
    case $next in
${paths.join("\n")}
    esac
  done
  # --level=warn is one word here.
  if [[ $cur == --*=* ]]; then
    prev=\${cur%%=*}
    compset -P '*='
    cur=\${cur#*=}
  fi
  case "$at $prev" in
${places.flatMap(optionCases).join("\n")}
  esac
  case $at in
${places.map(placeCase).join("\n")}
  esac
  if [[ $cur == -* ]]; then
    _describe -o option options
  else
    _describe command found
  fi
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}
