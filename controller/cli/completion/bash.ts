// Completion for bash.

import { type Place, type Values, valuedOptions } from "./places.ts";

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function replyOf(values: Values): string {
  if (values === "free") return "return";
  if (values === "file") {
    return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$cur")); return';
  }
  return `COMPREPLY=($(compgen -W ${quoted(values.words.join(" "))} -- "$cur")); return`;
}

function optionCases({ at, options }: Place): string[] {
  return options.flatMap(({ names, values }) =>
    values === null
      ? []
      : [`    ${names.map((name) => quoted(`${at} ${name}`)).join("|")}) ${replyOf(values)} ;;`],
  );
}

function placeCase({ at, commands, options, values }: Place): string {
  const words = commands.map(({ name }) => name).join(" ");
  const names = options.flatMap((option) => option.names).join(" ");
  const reply =
    values === null || values === "free" ? "" : ` [[ $cur == -* ]] || { ${replyOf(values)}; };`;
  return `    ${quoted(at)})${reply} words=${quoted(words)} options=${quoted(names)} ;;`;
}

/** A script to be sourced. `name` is that of the program. */
export function bashScript(name: string, places: readonly Place[]): string {
  const paths = places
    .filter(({ at }) => at !== "")
    .map(({ at }) => `    ${quoted(at)}) at="$next" ;;`);
  return `# bash completion for ${name}, made by \`${name} completion bash\`
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local at= next i word words= options=
  COMPREPLY=()
  # --level=warn comes as three words.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
    ${valuedOptions(places).map(quoted).join("|")})
      i=$((i + 1))
      [[ \${COMP_WORDS[i]} == = ]] && i=$((i + 1))
      continue ;;
    esac
    next="\${at:+$at }$word"
    case $next in
${paths.join("\n")}
    esac
  done
  case "$at $prev" in
${places.flatMap(optionCases).join("\n")}
  esac
  case $at in
${places.map(placeCase).join("\n")}
  esac
  if [[ $cur == -* ]]; then words=$options; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _${name} ${name}
`;
}
