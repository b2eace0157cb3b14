// The test of the services, inside the container: started by its systemd once the system is up.

import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { runSteps, step, until } from "../kernel-vm/guest/steps.ts";

const SERVICES = ["zerorig", "zero-agent"] as const;
type Service = (typeof SERVICES)[number];
/** As the drop-ins of this test set it; the packages' own are longer. */
const WATCHDOG_MS = 9000;
const SOON_MS = 60_000;

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function property(service: Service, name: string): string {
  return run("systemctl", "show", "--value", "-p", name, service).trim();
}

function pidOf(service: Service): number {
  return Number(property(service, "MainPID"));
}

function isActive(service: Service): boolean {
  return property(service, "ActiveState") === "active" && pidOf(service) > 0;
}

/** Waits for a new main process that is ready. Returns how long that took. */
async function renewed(service: Service, before: number): Promise<string> {
  const started = performance.now();
  await until(
    `${service} is active with a new process`,
    SOON_MS,
    () => isActive(service) && pidOf(service) !== before,
  );
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/** The uid of a process, of its effective rights. */
function uidOf(pid: number): number {
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

interface Status {
  readonly slots: readonly { readonly slot: string; readonly state: string }[];
}

function stateOfP1(): string {
  const status = JSON.parse(run("zerorig", "status", "--json")) as Status;
  return status.slots.find(({ slot }) => slot === "p1")?.state ?? "none";
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what);
}

step("both services become active", async () => {
  for (const service of SERVICES) {
    await until(`${service} is active`, SOON_MS, () => isActive(service));
  }
});

step("neither runs as root, or with any capability", async () => {
  for (const service of SERVICES) {
    const pid = pidOf(service);
    check(uidOf(pid) > 0, `${service} runs as root`);
    check(/^CapEff:\s+0+$/m.test(readFileSync(`/proc/${pid}/status`, "utf8")), "capabilities");
  }
});

step("the agent proves a key that only root can read, and the Zero is Ready", async () => {
  check((statSync("/etc/zerorig/agent.key").mode & 0o077) === 0, "the key is open");
  await until("p1 is Ready", SOON_MS, () => stateOfP1() === "Ready");
});

step("the controller has the token that only root can read", async () => {
  const token = readFileSync("/etc/zerorig/token", "utf8").trim();
  check(uidOf(pidOf("zerorig")) !== statSync("/etc/zerorig/token").uid, "it is the controller's");
  const answer = (authorization: string) =>
    fetch("http://127.0.0.1:8080/api/v1/rig/pause", {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ reason: "test", for_ms: 1000 }),
    });
  const [right, wrong] = [await answer(`Bearer ${token}`), await answer("Bearer wrong")];
  check(right.ok && wrong.status === 401, `${right.status} and ${wrong.status}`);
});

step("the page is served from where the package put it", async () => {
  const answer = await fetch("http://127.0.0.1:8080/");
  const text = await answer.text();
  check(answer.ok && /<html/i.test(text), `${answer.status}: ${text.slice(0, 80)}`);
});

for (const service of SERVICES) {
  step(`${service}, killed, is started again`, async () => {
    const before = pidOf(service);
    run("systemctl", "kill", "--kill-whom=main", "-s", "KILL", service);
    return await renewed(service, before);
  });
}

step("and the Zero is Ready again", async () => {
  await until("p1 is Ready", SOON_MS, () => stateOfP1() === "Ready");
});

step("loops that turn keep their watchdogs quiet", async () => {
  const before = SERVICES.map(pidOf);
  await new Promise((resolve) => setTimeout(resolve, 3 * WATCHDOG_MS));
  check(SERVICES.map(pidOf).join() === before.join(), "a service was restarted");
  return `${(3 * WATCHDOG_MS) / 1000} s of quiet`;
});

for (const service of SERVICES) {
  step(`${service}, its loop stuck while timers and sockets go on, is restarted`, async () => {
    const before = pidOf(service);
    run("systemctl", "kill", "--kill-whom=main", "-s", "USR2", service);
    const took = await renewed(service, before);
    const journal = run("journalctl", "-u", service, "--no-pager", "-o", "cat");
    check(journal.includes("Watchdog timeout"), "it was not the watchdog");
    return took;
  });
}

step("and the Zero is Ready once more", async () => {
  await until("p1 is Ready", SOON_MS, () => stateOfP1() === "Ready");
});

step("reload takes new settings without a new process", async () => {
  const before = pidOf("zerorig");
  run("systemctl", "reload", "zerorig");
  check(pidOf("zerorig") === before && isActive("zerorig"), "it was restarted");
});

void runSteps(true).then((isGood) => {
  process.stderr.write(run("journalctl", "--no-pager", "-o", "short-monotonic"));
  if (!isGood) {
    run("systemctl", "poweroff", "--force");
    return;
  }
  // The last step is told by whoever started the container: an agent that is asked to power off does, though it is not root.
  try {
    run("zerorig", "off", "p1", "--reason", "test");
  } catch (error) {
    process.stderr.write(String(error));
    run("systemctl", "poweroff", "--force");
  }
});
