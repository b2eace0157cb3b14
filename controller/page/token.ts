// The token that changes take: kept for this tab, or in this browser if a person says so; never in an address.

import { signal } from "@preact/signals";

const KEY = "zerorig.token";

function stored(): string | null {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

export const token = signal<string | null>(stored());

export function keepToken(value: string, inBrowser: boolean): void {
  forgetToken();
  (inBrowser ? localStorage : sessionStorage).setItem(KEY, value);
  token.value = value;
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
  token.value = null;
}
