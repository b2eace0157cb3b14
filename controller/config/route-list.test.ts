import { describe, expect, it } from "vitest";
import { routeOf, routesFault } from "./route-list.ts";
import { readSettings } from "./settings.ts";

const slots = ["p1", "p2"];
const path = "/x";

describe("a list of routes", () => {
  it.each([
    ["none", []],
    ["by path", [{ path, slots }]],
    ["by host", [{ host: "x.lan", slots, port: 8080, keep_path: true }]],
    ["with addresses", [{ path, slots, address: { p1: "127.0.0.1:81", p2: "[::1]:82" } }]],
    [
      "for one path at two hosts",
      [
        { path, slots },
        { path, slots, host: "x.lan" },
      ],
    ],
  ])("may be %s", (_, list) => {
    expect(routesFault(list)).toBeNull();
  });

  it.each([
    ["expected a list of tables, [[proxy.routes]]", "x"],
    ["64 routes at most", Array.from({ length: 65 }, () => ({ path, slots }))],
    ["route 1: expected a table", [5]],
    ["route 1: expected a table", [[]]],
    ["route 1: no such field `prot`; did you mean `port`?", [{ path, slots, prot: 80 }]],
    [
      "route 1: no such field `toString`; its fields are host, path, slots, port, keep_path, address",
      [{ path, slots, toString: 80 }],
    ],
    ["route 1: `slots` is required", [{ path }]],
    ["route 1: give it `host`, `path` or both: it takes no request", [{ slots }]],
    [
      "route 2: there is another route for /x",
      [
        { path, slots },
        { path, slots },
      ],
    ],
    [
      'route 1: `path`: expected a path such as "/wiki", without a slash at its end',
      [{ path: "/x/", slots }],
    ],
    [
      'route 1: `host`: expected a name in small letters such as "wiki.lan"',
      [{ host: "X.lan", slots }],
    ],
    [
      'route 1: `slots`: expected a list of different slots such as ["p1", "p2"]',
      [{ path, slots: ["p1", "p1"] }],
    ],
    [
      'route 1: `slots`: expected a list of different slots such as ["p1", "p2"]',
      [{ path, slots: [] }],
    ],
    ["route 1: `port`: expected a whole number from 1 to 65535", [{ path, slots, port: 0 }]],
    ["route 1: `keep_path`: expected true or false", [{ path, slots, keep_path: 1 }]],
    ["route 1: `address`: p3 is none of its `slots`", [{ path, slots, address: { p3: "h" } }]],
    ...["", "h:0", "h:99999", "http://h", "[h]", "h/x"].map((text): [string, unknown] => [
      'route 1: `address`: expected a table such as { p1 = "192.0.2.1", p2 = "192.0.2.2:8081" }',
      [{ path, slots, address: { p1: text } }],
    ]),
  ])("is refused with: %s", (fault, list) => {
    expect(routesFault(list)).toBe(fault);
  });

  it("is blamed where it stands in the file", () => {
    const text = '[pool]\nuser = "me"\n[proxy]\n\n[[proxy.routes]]\npath = "/x"\n';
    const read = () => readSettings({ file: "c.toml", text, env: {}, flags: [] });
    expect(read).toThrow("c.toml:5:9: `routes` in [proxy]: route 1: `slots` is required");
  });
});

it("names for each slot where its service is", () => {
  const route = routeOf({ path, slots, port: 8080, address: { p2: "[::1]" } });
  expect([...route.upstreams]).toEqual([
    ["p1", { host: "172.19.181.1", port: 8080 }],
    ["p2", { host: "[::1]", port: 8080 }],
  ]);
  expect(routeOf({ host: "x.lan", slots }).upstreams.get("p1")?.port).toBe(80);
});
