// The time of this browser, once a second: whoever shows an age reads it.

import { signal } from "@preact/signals";

/** ms since 1970, as this browser's clock has it. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);
document.addEventListener("visibilitychange", () => {
  now.value = Date.now();
});
