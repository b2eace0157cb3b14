// Our engines in C, compiled for the bench if they are not yet. None where there is no C compiler.

import type { Algorithm, Kernel } from "../../zero-agent/kernels/kernel.ts";
import { nativeKernels } from "../../zero-agent/testing/native.ts";
import { type Contestant, inProcess, type Work } from "./contestant.ts";
import { searching } from "./duco-s1.ts";
import { searchingHeaders } from "./headers.ts";

function workOf(kernel: Kernel): Work {
  const { algorithm, search } = kernel;
  return algorithm === "duco-s1" ? searching(search) : searchingHeaders(kernel, algorithm);
}

/** The first has the key `native`: it is the fastest. */
export async function nativeContestants(algorithm: Algorithm): Promise<Contestant[]> {
  const kernels = await nativeKernels(algorithm);
  return kernels.map((kernel, i) => {
    const key = i === 0 ? "native" : kernel.name.replaceAll("-", "_");
    return inProcess(key, kernel.name, workOf(kernel));
  });
}
