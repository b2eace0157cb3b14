// A worker thread: the program's own file, entered again off the main thread.

import { pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** Worker threads of Node 20 do not inherit tsx's loader, so sources that run unbuilt bring it along (from the working folder). */
function viaTsx(file: string): string {
  const url = JSON.stringify(pathToFileURL(file).href);
  return `import("tsx/esm/api").then(({ tsImport }) => tsImport(${url}, ${url}));`;
}

export function startThread(file: string, options: WorkerOptions): Worker {
  if (!file.endsWith(".ts")) return new Worker(file, options);
  return new Worker(viaTsx(file), { ...options, eval: true });
}
