// One question to a full node over HTTP, with every bound that an answer needs: size and time. The password goes into the request's
// head and nowhere else.

import { type ClientRequest, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { socketFault } from "../duino/socket-fault.ts";
import type { PoolNode } from "../node.ts";
import { decodeAnswer, encodeCall, type RpcAnswer, transportFault } from "./codec.ts";

/** A template of a full block is 4 MB of transactions in hexadecimal, and as much beside it. */
const ANSWER_BYTES_MAX = 32_000_000;
const HEADERS_BYTES_MAX = 16_384;

export interface RpcOptions {
  /** "user:password"; null where the node wants none. Asked for each question, for a node's cookie is new at each of its starts. */
  readonly credentials: () => string | null;
  readonly userAgent: string;
  /** The certificates to trust in place of the system's, in PEM; null for the system's. */
  readonly ca: string | null;
}

export interface Question {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly timeoutMs: number;
}

/** A question under way. */
export interface Asked {
  /** Never rejects. */
  readonly answer: Promise<RpcAnswer>;
  /** Nobody wants to know any more. */
  cancel(): void;
}

export function askNode(node: PoolNode, options: RpcOptions, question: Question): Asked {
  let cancel = () => {};
  const answer = new Promise<RpcAnswer>((resolve) => {
    const request = opened(node, options, question, resolve);
    if (request === null) return;
    const end = (result: RpcAnswer) => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    const fail = (...fault: Parameters<typeof transportFault>) =>
      end({ ok: false, fault: transportFault(...fault) });
    const { method, timeoutMs } = question;
    // Over all of it: a node that sends a byte now and then must not hold us.
    const timer = setTimeout(
      () => fail("timeout", `no answer to ${method} in ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    cancel = () => fail("stopped", "closed by zerorig");
    let isConnected = false;
    request.on("socket", (socket) => socket.on("connect", () => (isConnected = true)));
    request.on("error", (error) => {
      const { code, detail } = socketFault(error, !isConnected);
      fail(code, `${method}: ${detail}`);
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) {
          fail("nonsense", `${method}: an answer of more than ${ANSWER_BYTES_MAX} bytes`);
        } else chunks.push(chunk);
      });
      response.on("error", (error) => fail("closed", `${method}: ${error.message}`));
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        end(decodeAnswer(method, response.statusCode ?? 0, body));
      });
    });
  });
  return { answer, cancel: () => cancel() };
}

/** null where it comes to nothing: the cookie cannot be read, say. */
function opened(
  node: PoolNode,
  options: RpcOptions,
  question: Question,
  resolve: (answer: RpcAnswer) => void,
): ClientRequest | null {
  try {
    return open(node, options, question);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    resolve({ ok: false, fault: { from: "door", code: "denied", detail, rpcCode: null } });
    return null;
  }
}

function open(
  { host, port, tls = false }: PoolNode,
  { credentials, userAgent, ca }: RpcOptions,
  { method, params }: Question,
): ClientRequest {
  const body = encodeCall(method, params);
  const known = credentials();
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": userAgent,
    ...(known === null ? {} : { authorization: `Basic ${Buffer.from(known).toString("base64")}` }),
  };
  const send = tls ? requestHttps : requestHttp;
  const request = send({
    host,
    port,
    method: "POST",
    path: "/",
    headers,
    // A kept connection may be closed by the node just as we ask over it.
    agent: false,
    maxHeaderSize: HEADERS_BYTES_MAX,
    ...(ca === null ? {} : { ca }),
  });
  request.end(body);
  return request;
}
