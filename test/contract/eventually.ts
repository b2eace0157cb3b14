// Waiting in tests for what happens in another process: by looking, with a limit that a loaded machine keeps.

import { vi } from "vitest";

/** Looks every 10 ms until the check passes, and gives what it returned. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 });
}
