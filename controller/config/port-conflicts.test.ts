import { expect, test } from "vitest";
import { ConfigError } from "./error.ts";
import { readSettings } from "./settings.ts";

/** All that may listen, each on a port of its own, on every address. */
const DOORS = [
  ["link", "port", "listen"],
  ["http", "port", "listen"],
  ["proxy", "port", "listen"],
  ["miners", "port", "listen"],
  ["solo", "notify_port", "notify_listen"],
] as const;

const TEXT = [
  '[pool]\nuser = "u"',
  ...DOORS.map(([section, port, listen], index) => {
    const more = { http: 'token_file = "/x"', solo: 'notify_secret_file = "/x"' }[
      section as string
    ];
    return `[${section}]\n${listen} = "0.0.0.0"\n${port} = ${9000 + index}\n${more ?? ""}`;
  }),
].join("\n");

function fault(...flags: string[]): string | null {
  try {
    readSettings({ file: "f", text: TEXT, env: {}, flags });
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const pairs = DOORS.flatMap((door, index) =>
  DOORS.slice(0, index).map((other) => [door, other] as const),
);

test("each has a port of its own", () => {
  expect(fault()).toBeNull();
});

test.each(pairs)("%j and %j cannot share one", (door, other) => {
  const [section, port, listen] = door;
  const [otherSection, otherPort, otherListen] = other;
  const same = [`${section}.${port}=9100`, `${otherSection}.${otherPort}=9100`];
  const told = `\`${port}\` in [${section}] and \`${otherPort}\` in [${otherSection}] are both 9100`;
  expect(fault(...same)).toContain(told);
  // One of all addresses, beside one of them.
  expect(fault(...same, `${section}.${listen}=127.0.0.1`)).toContain(told);
  const apart = [`${section}.${listen}=127.0.0.1`, `${otherSection}.${otherListen}=127.0.0.2`];
  expect(fault(...same, ...apart)).toBeNull();
});

test.each(pairs)("%j and %j may both take any free one", ([section, port], other) => {
  expect(fault(`${section}.${port}=0`, `${other[0]}.${other[1]}=0`)).toBeNull();
});
