// Loaded into a service under test. At SIGUSR2 its loop stands still: what it puts off with setImmediate never comes, while timers and
// sockets go on, as in a program that looks alive.
const { appendFileSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  const alive = `${process.env.STATE_DIRECTORY ?? "/tmp"}/alive`;
  process.on("SIGUSR2", () => {
    globalThis.setImmediate = () => ({});
    setInterval(() => appendFileSync(alive, "."), 500);
  });
}
