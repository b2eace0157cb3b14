// Work from anyone: known answers of the three algorithms through kill -9 of the controller, a key that is used again, bad input,
// a job that no Zero can do, and the commands.

import { createHash, scryptSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JobStatus } from "../../controller/core/job-status.ts";
import { run, until, ZERORIG } from "./programs.ts";
import { type Served, served, TOKEN } from "./served-rig.ts";

const HEADER = "5e".repeat(76);
const PREFIX = createHash("sha1").update("jobs").digest("hex");

/** Of all nonces of this header, below 200,000 and 400, those have the lowest hashes: found by looking at all of them. */
const LOWEST = { sha256d: 165_884, scrypt: 141 } as const;

/** The target that this nonce's hash just meets. */
function targetOf(algorithm: "sha256d" | "scrypt", nonce: number): string {
  const bytes = Buffer.concat([Buffer.from(HEADER, "hex"), Buffer.alloc(4)]);
  bytes.writeUInt32LE(nonce, 76);
  const sha256 = (data: Buffer) => createHash("sha256").update(data).digest();
  const digest =
    algorithm === "scrypt"
      ? scryptSync(bytes, bytes, 32, { N: 1024, r: 1, p: 1 })
      : sha256(sha256(bytes));
  return digest.reverse().toString("hex");
}

const sha1 = (nonce: number) => createHash("sha1").update(`${PREFIX}${nonce}`).digest("hex");

/** Their nonces lie so far that two Zeros of 120,000 hashes a second are at it for a while. */
const JOBS = [
  {
    key: "duco",
    nonce: 270_000,
    body: { algorithm: "duco-s1", prefix: PREFIX, target: sha1(270_000), to: 300_000 },
  },
  {
    key: "sha256d",
    nonce: LOWEST.sha256d,
    body: {
      algorithm: "sha256d",
      header: HEADER,
      target: targetOf("sha256d", LOWEST.sha256d),
      to: 199_999,
    },
  },
  {
    key: "scrypt",
    nonce: LOWEST.scrypt,
    body: {
      algorithm: "scrypt",
      header: HEADER,
      target: targetOf("scrypt", LOWEST.scrypt),
      to: 399,
    },
  },
] as const;

interface Answer {
  readonly status: number;
  readonly body: JobStatus & { readonly code: string; readonly error: string };
  readonly headers: Headers;
}

async function call(
  { url }: Served,
  method: string,
  path: string,
  more: { readonly key?: string; readonly body?: unknown; readonly token?: string } = {},
): Promise<Answer> {
  const { key, body, token = TOKEN } = more;
  const answer = await fetch(`${url}/api/v1/jobs${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as Answer["body"],
    headers: answer.headers,
  };
}

async function ended(rig: Served, id: string): Promise<JobStatus> {
  const look = async () => {
    const { body } = await call(rig, "GET", `/${id}?wait_ms=2000`);
    return body.ended_at === null ? null : body;
  };
  return until(`${id} is over`, look, 150_000);
}

describe("a rig whose Zeros have all kernels", () => {
  beforeEach(() => {
    process.env["ZERO_AGENT_ALGORITHMS"] = "duco-s1,sha256d,scrypt";
  });
  afterEach(() => {
    delete process.env["ZERO_AGENT_ALGORITHMS"];
  });

  it("finds each answer once, though the controller is killed meanwhile and the jobs are sent again", {
    timeout: 180_000,
  }, async () => {
    const rig = await served();
    await rig.rig.mining();
    const ids = new Map<string, string>();
    for (const { key, body } of JOBS) {
      const { status, body: job, headers } = await call(rig, "POST", "", { key, body });
      expect([status, headers.get("location")]).toEqual([201, `/api/v1/jobs/${job.id}`]);
      ids.set(key, job.id);
    }
    await until("something is searched", async () => {
      const { jobs } = (await call(rig, "GET", "?state=running")).body as unknown as {
        readonly jobs: readonly JobStatus[];
      };
      return jobs.some(({ workers }) => workers.length > 0);
    });
    await rig.rig.kill();
    await rig.rig.restart();
    for (const { key, body } of JOBS) {
      // Quoted, as the drafted standard has it, it is the same key.
      const again = await until("the API answers", () =>
        call(rig, "POST", "", { key: `"${key}"`, body }).catch(() => null),
      );
      expect([again.status, again.body.id]).toEqual([200, ids.get(key)]);
      const other = await call(rig, "POST", "", { key, body: { ...body, to: 5 } });
      expect([other.status, other.body.code]).toEqual([422, "key-reused"]);
    }
    for (const { key, nonce } of JOBS) {
      const id = ids.get(key) ?? "";
      expect(await ended(rig, id)).toMatchObject({ id, state: "found", nonce });
    }
    const rows = rig.rig.query("SELECT key, outcome, nonce FROM orders ORDER BY seq");
    expect(rows).toEqual(JOBS.map(({ key, nonce }) => ({ key, outcome: "found", nonce })));
    expect((await rig.rig.status()).jobs).toMatchObject({ found: 3, queued: 0, running: 0 });
    // The mining goes on, and nobody was power-cycled for it.
    await rig.rig.minesOn();
    expect((await rig.rig.status()).slots.map(({ fences }) => fences)).toEqual([0, 0]);
  });
});

describe("a rig whose Zeros have the kernel of DUCO-S1 alone", () => {
  it("says what nobody can search, refuses what is wrong, and ends a job by command", {
    timeout: 180_000,
  }, async () => {
    const rig = await served({ edit: (toml) => `${toml}\n[jobs]\nmax_open = 3\n` });
    await rig.rig.mining();
    await refusals(rig);
    const header = { algorithm: "scrypt", header: HEADER, target: targetOf("scrypt", 1) };
    const hopeless = (await call(rig, "POST", "", { key: "hopeless", body: header })).body;
    const { body: seen } = await call(rig, "GET", `/${hopeless.id}`);
    expect(seen).toMatchObject({ state: "queued", waits_for: "kernel", hashes: 0 });
    const brief = { ...header, time_limit_ms: 1000 };
    const failed = (await call(rig, "POST", "", { key: "brief", body: brief })).body;
    expect(await ended(rig, failed.id)).toMatchObject({ state: "failed", why: "time-limit" });

    const endless = { ...JOBS[0].body, target: "0".repeat(40), to: 4_000_000_000 };
    const long = (await call(rig, "POST", "", { key: "long", body: endless })).body;
    await until("it is searched", async () => {
      const { body } = await call(rig, "GET", `/${long.id}`);
      return body.workers.length > 0;
    });
    const third = (await call(rig, "POST", "", { key: "third", body: endless })).body;
    const many = await call(rig, "POST", "", { key: "fourth", body: endless });
    expect([many.status, many.body.code]).toEqual([429, "too-many-jobs"]);
    expect(Number(many.headers.get("retry-after"))).toBeGreaterThan(0);
    await call(rig, "DELETE", `/${third.id}`);
    const gone = await call(rig, "DELETE", `/${long.id}`);
    expect(gone.status).toBe(200);
    expect(await ended(rig, long.id)).toMatchObject({ state: "cancelled", nonce: null });
    expect((await call(rig, "DELETE", `/${long.id}`)).body.state).toBe("cancelled");
    await commands(rig);
    const text = await (await fetch(`${rig.url}/metrics`)).text();
    expect(text).toContain('zerorig_jobs{state="found"} 1');
  });
});

async function refusals(rig: Served): Promise<void> {
  const { body } = JOBS[0];
  const codes = async (more: Parameters<typeof call>[3], path = "", method = "POST") => {
    const { status, body: answer } = await call(rig, method, path, more);
    return [status, answer.code, answer.error.split(":")[0]];
  };
  const wrong = { key: "k", body: { ...body, prefix: "zz" } };
  expect(await codes(wrong)).toEqual([400, "bad-request", "prefix"]);
  expect(await codes({ body })).toEqual([400, "bad-request", "Idempotency-Key"]);
  expect(await codes({ key: "a b", body })).toEqual([400, "bad-request", "Idempotency-Key"]);
  expect(await codes({ key: "k", body: { ...body, to: 2 ** 40 } })).toEqual([
    413,
    "too-large",
    "to",
  ]);
  expect((await codes({ key: "k", body, token: "wrong" })).slice(0, 2)).toEqual([401, "token"]);
  expect((await codes({}, "/j0", "GET")).slice(0, 2)).toEqual([404, "no-job"]);
  expect((await codes({}, "/j0", "DELETE")).slice(0, 2)).toEqual([404, "no-job"]);
  expect(await codes({}, "?state=lost", "GET")).toMatchObject([400, "bad-request", "state"]);
  expect(await codes({}, "/j0?wait_ms=x", "GET")).toMatchObject([400, "bad-request", "wait_ms"]);
  expect(rig.rig.query("SELECT id FROM orders")).toEqual([]);
}

/** What the CLI does with jobs, and how it ends. */
async function commands({ rig }: Served): Promise<void> {
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(ZERORIG, [
      ...args,
      "--socket",
      rig.paths.controlSocket,
    ]);
    return { code, stdout, stderr };
  };
  const submit = ["submit", "duco-s1", "--prefix", PREFIX];
  const found = await cli(...submit, "--target", sha1(77), "--to", "99", "--wait", "--json");
  expect(found).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(found.stdout)).toMatchObject({ state: "found", nonce: 77 });
  const keyed = [...submit, "--target", "0".repeat(40), "--to", "99", "--key", "cli"];
  const vain = await cli(...keyed, "--wait");
  expect(vain.code).toBe(1);
  expect(vain.stdout).toMatch(/state +exhausted/);
  const again = await cli(...keyed);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain("the key was used for this job");
  const [wrong, unknown] = await Promise.all([
    cli(...submit, "--target", "zz", "--to", "99"),
    cli("job", "j0"),
  ]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("--target: expected 40")]);
  expect(unknown.code).toBe(3);
  const listed = await cli("jobs", "--state", "queued", "--json");
  const { jobs } = JSON.parse(listed.stdout) as { readonly jobs: readonly JobStatus[] };
  const [waiting] = jobs.filter(({ waits_for }) => waits_for === "kernel");
  const late = await cli("job", waiting?.id ?? "", "--wait", "1s");
  expect(late.code).toBe(5);
  const cancelled = await cli("job", waiting?.id ?? "", "--cancel");
  expect(cancelled.code).toBe(0);
  const table = await cli("jobs");
  expect(table.stdout).toMatch(/cancelled +scrypt/);
}
