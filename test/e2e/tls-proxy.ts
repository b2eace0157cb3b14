// What stands before the API where it is to be reached over HTTPS: a proxy that takes the TLS off, as nginx or stunnel would.

import { readFileSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { makeCertificate } from "./certificate.ts";
import { tempDir } from "./rig.ts";

/** Its port on 127.0.0.1; the API is on this one. */
export async function tlsProxy(apiPort: number): Promise<number> {
  const { certFile, keyFile } = makeCertificate(tempDir());
  const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const server = createServer(tls, (asked, answer) => {
    const { method, url, headers } = asked;
    const options = { host: "127.0.0.1", port: apiPort, method, path: url, headers };
    const passed = requestHttp(options, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.writeHead(502).end());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
