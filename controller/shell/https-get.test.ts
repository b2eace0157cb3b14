// One GET against real servers, over TLS with a certificate that is trusted or not: every way in which it may end.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { httpsGet } from "./https-get.ts";
import { askPicker } from "./pool-finder.ts";

const dir = mkdtempSync(join(tmpdir(), "zr-tls-"));
const LIMITS = { timeoutMs: 2000, maxBytes: 1000, userAgent: "zerorig 1.2.3" };
let key = "";
let cert = "";

beforeAll(() => {
  const [keyFile, certFile] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", keyFile, "-out", certFile, "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, ...files], { stdio: "ignore" });
  key = readFileSync(keyFile, "utf8");
  cert = readFileSync(certFile, "utf8");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function listen(server: Server, scheme: string): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return new URL(`${scheme}://localhost:${port}/getPool`);
}

const plain = (answer: RequestListener) => listen(createHttp(answer), "http");
const secure = (answer: RequestListener) => listen(createHttps({ key, cert }, answer), "https");

test("over TLS, from a server that is trusted: what it says, asked for by our own name", async () => {
  const url = await secure((request, response) => {
    response
      .writeHead(418)
      .end(`${request.method} ${request.url} ${request.headers["user-agent"]}`);
  });
  expect(await httpsGet(url, { ...LIMITS, ca: cert })).toEqual({
    ok: true,
    status: 418,
    body: "GET /getPool zerorig 1.2.3",
  });
});

test("a certificate that nobody vouches for is not trusted", async () => {
  const url = await secure((_, response) => response.end("{}"));
  const got = await httpsGet(url, LIMITS);
  expect(got).toMatchObject({ ok: false, code: "unreachable" });
  expect(!got.ok && got.detail).toMatch(/self.signed/i);
});

test("a certificate of another name is not trusted", async () => {
  const url = await secure((_, response) => response.end("{}"));
  url.hostname = "127.0.0.1";
  expect(await httpsGet(url, { ...LIMITS, ca: cert })).toMatchObject({ code: "unreachable" });
});

test("a body that is too large is cut off", async () => {
  const url = await plain((_, response) => response.end("x".repeat(1001)));
  expect(await httpsGet(url, LIMITS)).toEqual({
    ok: false,
    code: "oversized",
    detail: "more than 1000 bytes",
  });
});

test("a server that is silent, or sends a byte now and then, has its time", async () => {
  const timeouts = { ...LIMITS, timeoutMs: 300 };
  const silent = await plain(() => {});
  const slow = await plain((_, response) => {
    const drip = setInterval(() => response.write("x"), 50);
    response.on("close", () => clearInterval(drip));
  });
  for (const url of [silent, slow]) {
    expect(await httpsGet(url, timeouts)).toMatchObject({ ok: false, code: "timeout" });
  }
});

test("a server that hangs up, before or in the middle, is unreachable", async () => {
  const before = await plain((request) => request.socket.destroy());
  const middle = await plain((request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("x");
    setTimeout(() => request.socket.destroy(), 50);
  });
  for (const url of [before, middle]) {
    expect(await httpsGet(url, LIMITS)).toMatchObject({ ok: false, code: "unreachable" });
  }
});

test("nobody listens", async () => {
  const url = new URL("http://127.0.0.1:1/");
  expect(await httpsGet(url, LIMITS)).toMatchObject({ ok: false, code: "unreachable" });
});

test("the picker, asked over TLS: a node, and a node of the house only from this machine", async () => {
  const say = (ip: string) =>
    secure((_, response) => response.end(JSON.stringify({ ip, port: 7070, success: true })));
  const options = { userAgent: "zerorig", ca: cert };
  expect(await askPicker(await say("9.9.9.9"), options)).toMatchObject({ ok: true });
  expect(await askPicker(await say("10.0.0.1"), options)).toMatchObject({ ok: true });
  const banned = await plain((_, response) => response.writeHead(403).end("<html>"));
  expect(await askPicker(banned, options)).toMatchObject({ ok: false, code: "blocked" });
  const gone = new URL("http://127.0.0.1:1/");
  expect(await askPicker(gone, options)).toMatchObject({ ok: false, code: "unreachable" });
});
