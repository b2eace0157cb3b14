// Words of a command line that people copy into their shell.

/** A word that a POSIX shell takes as it is. */
const PLAIN = /^[\w@%+=:./-]+$/;

export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Quoted where a shell would make something else of it: a folder's name may hold blanks. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : quoted(text);
}
