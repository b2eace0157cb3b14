import fc from "fast-check";
import { expect, it } from "vitest";
import { isKeyProved, openKey, proveKey, sealKey } from "./rekeying.ts";

const old = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);

it("another key is opened with the old one alone, for its slot alone", () => {
  const sealed = sealKey(old, "p1", other);
  expect(sealed).toMatch(/^[0-9a-f]{120}$/);
  expect(sealed).not.toBe(sealKey(old, "p1", other));
  expect(openKey(old, "p1", sealed)).toEqual(other);
  expect(openKey(other, "p1", sealed)).toBeNull();
  expect(openKey(old, "p2", sealed)).toBeNull();
});

it("what was changed on its way is not opened", () => {
  const sealed = Buffer.from(sealKey(old, "p1", other), "hex");
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ by;
      expect(openKey(old, "p1", changed.toString("hex"))).toBeNull();
    }),
  );
});

it("is proved by itself", () => {
  const mac = proveKey(other, "p1");
  expect(isKeyProved(other, "p1", mac)).toBe(true);
  expect(isKeyProved(old, "p1", mac)).toBe(false);
  expect(isKeyProved(other, "p2", mac)).toBe(false);
  expect(isKeyProved(other, "p1", "")).toBe(false);
});
