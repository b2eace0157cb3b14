// Chromium, headless, asking nobody for anything by itself.

import { type Browser, chromium } from "playwright-core";

/** Debian's, unless the environment names another. */
const PROGRAM = process.env["ZERORIG_CHROMIUM"] ?? "/usr/bin/chromium";
/** Whoever runs as root has no sandbox to offer. */
const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

export function launch(): Promise<Browser> {
  const args = [...SANDBOX, ...QUIET, "--disable-gpu", "--no-first-run"];
  return chromium.launch({ executablePath: PROGRAM, args });
}
