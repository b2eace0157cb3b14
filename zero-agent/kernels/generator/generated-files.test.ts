import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { generatedFiles } from "./generated-files.ts";

it.each(generatedFiles())("is what the generator writes: $url (else: npm run kernels)", (file) => {
  expect(readFileSync(file.url, "utf8")).toBe(file.text);
});
