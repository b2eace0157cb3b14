import { expect, test } from "vitest";
import { listenError } from "./listen-error.ts";

const because = (code: string) => Object.assign(new Error(`listen ${code}`), { code });

test.each([
  ["EADDRINUSE", "port-in-use", "the port is in use", "set [http] port"],
  ["EADDRNOTAVAIL", "bad-address", "this machine has no such address", "set [http] listen"],
  ["EACCES", "permission", "not allowed", "set [http] port to one above 1023"],
  ["EINVAL", "bad-address", "listen EINVAL", "check [http] listen and [http] port"],
])("%s names the address, the section's key and what to do", (cause, code, why, todo) => {
  const error = listenError("http", "127.0.0.1", 80, because(cause));
  expect(error).toMatchObject({ code, message: `cannot serve HTTP on 127.0.0.1:80: ${why}` });
  expect(error.todo).toContain(todo);
});

test("an address of the gadget network that is not there is a matter of that network", () => {
  const error = listenError("link", "fd00::1", 8686, because("EADDRNOTAVAIL"));
  expect(error.message).toBe(
    "cannot serve the agents on [fd00::1]:8686: this machine has no such address",
  );
  expect(error.todo).toContain("gadget network");
});
