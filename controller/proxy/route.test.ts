import { describe, expect, it } from "vitest";
import { routeOf } from "../config/route-list.ts";
import { gadgetAddress, placeOf } from "./route.ts";

const ROUTES = [
  { path: "/wiki", slots: ["p1"] },
  { path: "/wiki/raw", slots: ["p2"], keep_path: true },
  { host: "wiki.lan", slots: ["p3"] },
  { host: "wiki.lan", path: "/api", slots: ["p4"] },
].map(routeOf);

describe("a request", () => {
  it.each([
    ["localhost:8090", "/wiki", "/wiki", "/"],
    ["localhost:8090", "/wiki/", "/wiki", "/"],
    ["localhost:8090", "/wiki/a/b?c=/wiki", "/wiki", "/a/b?c=/wiki"],
    ["localhost:8090", "/wiki?x=1", "/wiki", "/?x=1"],
    ["localhost:8090", "/wiki/raw/a", "/wiki/raw", "/wiki/raw/a"],
    ["localhost:8090", "/wiki//evil.example/", "/wiki", "//evil.example/"],
    ["wiki.lan:8090", "/", "wiki.lan", "/"],
    ["WIKI.lan", "/wiki/a", "wiki.lan", "/wiki/a"],
    ["wiki.lan", "/api/v1", "wiki.lan/api", "/v1"],
    ["wiki.lan", "/apiary", "wiki.lan", "/apiary"],
    [undefined, "/wiki", "/wiki", "/"],
  ])("to %s for %s goes by %s, as %s", (host, url, name, seen) => {
    const place = placeOf(ROUTES, host, url);
    expect([place?.route.name, place?.url]).toEqual([name, seen]);
  });

  it.each([
    ["localhost", "/"],
    ["localhost", "/wikis"],
    ["localhost", "/WIKI"],
    ["wiki.lan.evil.example", "/x"],
    [undefined, "/"],
  ])("to %s for %s goes nowhere", (host, url) => {
    expect(placeOf(ROUTES, host, url)).toBeNull();
  });
});

it("has its Zeros where the gadget network has them", () => {
  expect(["p1", "p4", "p16"].map((slot) => gadgetAddress(slot as "p1"))).toEqual([
    "172.19.181.1",
    "172.19.181.4",
    "172.19.181.16",
  ]);
});
