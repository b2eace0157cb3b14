// Certificates from a file: none where none is named, and an error that says which setting to look at.

import { expect, it } from "vitest";
import { readCertificates } from "./certificates.ts";

it("reads none where no file is named, and all of one that is", () => {
  expect(readCertificates(null, "[mqtt] ca_file")).toBeNull();
  expect(readCertificates("package.json", "[mqtt] ca_file")).toContain('"zerorig"');
});

it("names the file and the setting where it cannot", () => {
  expect(() => readCertificates("/no/such.pem", "[ship] ca_file")).toThrow(
    expect.objectContaining({
      code: "ca-file",
      message: expect.stringContaining("cannot read the certificates in /no/such.pem: ENOENT"),
      todo: "check [ship] ca_file",
    }),
  );
});
