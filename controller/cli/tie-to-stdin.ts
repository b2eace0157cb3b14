// Ties the life of this process to the pipe at its stdin: the parent's death, even by SIGKILL, closes it.

/** Calls `onClosed` once, when stdin ends. */
export function tieToStdin(onClosed: () => void): void {
  let called = false;
  const once = () => {
    if (!called) onClosed();
    called = true;
  };
  process.stdin.on("end", once).on("close", once).on("error", once);
  process.stdin.resume();
  // The pipe alone must not keep a process alive that is otherwise done.
  if ("unref" in process.stdin) (process.stdin as { unref(): void }).unref();
}
