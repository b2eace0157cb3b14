// Writes the generated modules: `npm run kernels`. A test says when that has to be done.

import { writeFileSync } from "node:fs";
import { generatedFiles } from "./generated-files.ts";

for (const { url, text } of generatedFiles()) writeFileSync(url, text);
