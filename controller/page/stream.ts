// The stream of the rig's state and events: opened again when it breaks, and the whole state anew each time.

import { computed, signal } from "@preact/signals";
import type { RigEvent, RigStatus } from "../core/status.ts";
import { type Delta, type Rig, rigOf, withDelta } from "./rig.ts";
import { now } from "./ticker.ts";

const OLD_MS = 6000;

/** The last word of the rig; null before the first. */
export const rig = signal<Rig | null>(null);
/** When anything was last heard of the controller (ms since 1970). */
export const heardAt = signal(0);
export const connected = signal(false);
/** Whether what is shown is of now: told at least every 3 s, even if nothing changed. */
export const live = computed(() => connected.value && now.value - heardAt.value < OLD_MS);
/** Grows with each connection: what else was read of the controller is read again then. */
export const connection = signal(0);

const listeners = new Set<(event: RigEvent) => void>();

/** Calls back for each event of the rig from now on. */
export function onRigEvent(listener: (event: RigEvent) => void): void {
  listeners.add(listener);
}

const RETRY_MS = [500, 1000, 2000, 4000, 8000] as const;
/** A controller that is silent for so long is gone, whatever the connection says. */
const SILENT_MS = 20_000;

let source: EventSource | null = null;
let tries = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

function open(): void {
  clearTimeout(retry);
  source?.close();
  const own = new EventSource("/api/v1/stream");
  source = own;
  const on = <T>(name: string, take: (value: T) => void) =>
    own.addEventListener(name, ({ data }: MessageEvent<string>) => {
      heardAt.value = Date.now();
      take(JSON.parse(data) as T);
    });
  on<RigStatus>("status", (status) => {
    tries = 0;
    rig.value = rigOf(status, Date.now());
    connected.value = true;
    connection.value++;
  });
  on<Delta>("delta", (delta) => {
    if (rig.value !== null) rig.value = withDelta(rig.value, delta, Date.now());
  });
  on<RigEvent>("event", (event) => {
    for (const listener of listeners) listener(event);
  });
  on("still", () => {});
  own.onerror = () => lost();
}

function lost(): void {
  source?.close();
  source = null;
  connected.value = false;
  clearTimeout(retry);
  retry = setTimeout(open, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
  tries++;
}

/** Opens the stream, and keeps it open for as long as the page is. */
export function keepStream(): void {
  open();
  setInterval(() => {
    if (connected.value && Date.now() - heardAt.value > SILENT_MS) lost();
  }, 1000);
  // Who wakes a laptop or finds the network again does not wait for the next try.
  window.addEventListener("online", open);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !connected.value) open();
  });
}
