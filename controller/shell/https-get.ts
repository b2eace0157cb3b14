// One GET over HTTPS, with every bound that an answer of a stranger needs: size, time, no redirects, a certificate that is trusted.

import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { type FetchFault, fault } from "../pools/duino/codec-picker.ts";
import { messageOf } from "./error.ts";

export type Fetched =
  | { readonly ok: true; readonly status: number; readonly body: string }
  | FetchFault;

export interface GetOptions {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly userAgent: string;
  /** More certificates to trust, as PEM. */
  readonly ca?: string;
}

/** Never rejects. Whether plain http is in order, the configuration has checked. */
export function httpsGet(url: URL, options: GetOptions): Promise<Fetched> {
  const { timeoutMs, maxBytes, userAgent, ca } = options;
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const headers = { accept: "application/json", "user-agent": userAgent };
  return new Promise((resolve) => {
    const request = send(url, { headers, agent: false, ...(ca === undefined ? {} : { ca }) });
    const end = (result: Fetched) => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    // Over all of it: a server that sends a byte now and then must not hold us.
    const timer = setTimeout(
      () => end(fault("timeout", `no whole answer in ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    request.on("error", (error) => end(fault("unreachable", messageOf(error))));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) end(fault("oversized", `more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", (error) => end(fault("unreachable", messageOf(error))));
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        end({ ok: true, status: response.statusCode ?? 0, body });
      });
    });
    request.end();
  });
}
