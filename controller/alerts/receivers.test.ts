import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { messageOf } from "../shell/error.ts";
import { reasonOf, sendPost } from "./receivers.ts";

const BODY = { headers: { "content-type": "text/plain" }, body: "a notice" } as const;

async function answering(status: number, headers: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    response.writeHead(status, headers).end("whatever it says");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  onTestFinished(close);
  return { asked, close, port: (server.address() as AddressInfo).port };
}

it("tells the status, and goes nowhere else", async () => {
  const { port, asked } = await answering(307, { location: "/elsewhere" });
  expect(await sendPost({ url: `http://127.0.0.1:${port}/hook`, ...BODY })).toBe(307);
  expect(asked).toEqual(["POST /hook"]);
});

it("says why nobody answered", async () => {
  const { port, close } = await answering(204);
  await close();
  const sent = sendPost({ url: `http://127.0.0.1:${port}/a-secret-path`, ...BODY });
  const error = await sent.then(() => null, messageOf);
  expect(error).toContain("ECONNREFUSED");
  expect(error).not.toContain("secret");
});

it.each([
  [new Error("said"), "said"],
  [new TypeError("fetch failed", { cause: new Error("other side closed") }), "other side closed"],
  // As Node tells of a name with several addresses that all refuse.
  [
    new TypeError("fetch failed", {
      cause: Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
    }),
    "ECONNREFUSED",
  ],
  [new TypeError("fetch failed", { cause: new Error("") }), "fetch failed"],
  ["thrown", "thrown"],
])("finds the reason in %s", (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
