import { describe, expect, it } from "vitest";
import { answered, endToEnd, forwarded, forwardedHandshake } from "./headers.ts";

describe("headers", () => {
  it("of one connection end here, with those that it names", () => {
    const headers = {
      connection: "X-Private, Upgrade",
      "x-private": "1",
      "keep-alive": "timeout=5",
      "proxy-authorization": "Basic x",
      "proxy-connection": "close",
      te: "trailers",
      trailer: "x",
      "transfer-encoding": "chunked",
      upgrade: "h2c",
      authorization: "Bearer theirs",
      "x-kept": "1",
    };
    expect(endToEnd(headers)).toEqual({ authorization: "Bearer theirs", "x-kept": "1" });
    expect(headers.connection).toBe("X-Private, Upgrade");
  });

  const asker = { address: "192.0.2.1", prefix: "/app", headers: {} };

  it("that claim to know who asks are ours alone", () => {
    const headers = {
      host: "wiki.lan",
      forwarded: "for=6.6.6.6",
      "x-real-ip": "6.6.6.6",
      "x-forwarded-for": "6.6.6.6",
      "x-forwarded-host": "evil.lan",
      "x-forwarded-port": "666",
      "x-forwarded-proto": "https",
      "x-forwarded-prefix": "/evil",
      expect: "100-continue",
    };
    expect(forwarded({ ...asker, headers }, false)).toEqual({
      host: "wiki.lan",
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "wiki.lan",
      "x-forwarded-proto": "http",
      "x-forwarded-prefix": "/app",
    });
    expect(forwarded({ ...asker, headers }, true)).toEqual({
      host: "wiki.lan",
      forwarded: "for=6.6.6.6",
      "x-real-ip": "6.6.6.6",
      "x-forwarded-for": "6.6.6.6, 192.0.2.1",
      "x-forwarded-host": "evil.lan",
      "x-forwarded-port": "666",
      "x-forwarded-proto": "https",
      "x-forwarded-prefix": "/evil/app",
    });
  });

  it("of the other end's handshake are not those of ours", () => {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-key": "x",
      "sec-websocket-extensions": "permessage-deflate",
      "content-length": "0",
      cookie: "a=b",
    };
    const given = { ...asker, prefix: "", headers };
    expect(forwardedHandshake(given, false)).toEqual({
      cookie: "a=b",
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-proto": "http",
    });
  });

  it.each([
    ["/there", "/app", "/app/there"],
    ["/there", "", "/there"],
    ["//other.example/x", "/app", "//other.example/x"],
    ["https://other.example/x", "/app", "https://other.example/x"],
    ["there", "/app", "there"],
  ])("redirect to %s below %j as %s", (location, prefix, to) => {
    expect(answered({ location, connection: "close" }, prefix)).toEqual({ location: to });
    expect(answered({}, prefix)).toEqual({});
  });
});
