// Records every event that the core takes and what it decides, in a bounded ring of files. It never holds up the loop, and
// a disk that fails ends the recording and nothing else.

import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { RigState } from "../core/state.ts";
import type { Clock } from "./clock.ts";
import { entryLine, headerLine } from "./record-format.ts";
import { type SegmentFile, segmentFiles, segmentPath, surplus } from "./record-ring.ts";

export interface RecorderOptions {
  readonly dir: string;
  /** The most that all files together take. */
  readonly maxBytes: number;
  /** The version of this program. */
  readonly program: string;
  readonly clock: Clock;
  /** Called at most once; nothing is recorded after it. */
  readonly onFailure: (error: unknown) => void;
}

/** A card wears by writes: one for many lines. What was not written yet is lost when the process is killed. */
const WRITE_EVERY_MS = 5000;
const WRITE_AT_BYTES = 64 * 1024;
/** A disk that is this far behind is stuck; holding more would only fill the memory. */
const BACKLOG_MAX_BYTES = 4 * 1024 * 1024;
/** Each segment begins with a snapshot, the ring lets go of a whole one at a time, and a reader takes in one as a whole. */
const SEGMENTS = 8;
const SEGMENT_MAX_BYTES = 4_000_000;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #run: number;
  readonly #segmentBytes: number;
  /** All but the one that is being written, oldest first. */
  #files: SegmentFile[] = [];
  #stream: WriteStream | null = null;
  #segment = 0;
  #bytes = 0;
  #batch: string[] = [];
  #batchBytes = 0;
  /** Handed to the file system, and not written yet. */
  #backlogBytes = 0;
  #cancelWrite: (() => void) | null = null;
  #ended = false;
  /** Files that are still open, or on their way out. */
  readonly #unsettled = new Set<Promise<void>>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(options.maxBytes / SEGMENTS, SEGMENT_MAX_BYTES);
    try {
      mkdirSync(options.dir, { recursive: true, mode: 0o750 });
      this.#files = segmentFiles(options.dir);
    } catch (error) {
      this.#fail(error);
    }
    this.#run = (this.#files.at(-1)?.run ?? 0) + 1;
  }

  /** Takes one step down: the state before it, the event, and what was decided. */
  readonly take = (before: RigState, event: Event, effects: readonly Effect[]): void => {
    if (this.#ended) return;
    try {
      const line = entryLine(event, effects);
      const full = this.#bytes + line.length > this.#segmentBytes;
      if (this.#stream === null || full) this.#begin(before, event.now);
      this.#add(line);
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Writes what is left. Nothing may be taken after it. */
  async close(): Promise<void> {
    if (!this.#ended) this.#endSegment();
    await Promise.all(this.#unsettled);
    this.#ended = true;
  }

  #begin(state: RigState, now: number): void {
    const { dir, maxBytes, program, clock } = this.#options;
    if (this.#stream !== null) {
      const path = segmentPath(dir, this.#run, this.#segment);
      this.#files.push({ path, run: this.#run, segment: this.#segment, bytes: this.#bytes });
      this.#endSegment();
    }
    // Room for the whole of the new one before it grows.
    const old = this.#files.splice(0, surplus(this.#files, maxBytes - this.#segmentBytes));
    for (const { path } of old) {
      this.#await(rm(path, { force: true }).catch((error) => this.#fail(error)));
    }
    this.#segment += 1;
    const path = segmentPath(dir, this.#run, this.#segment);
    const stream = createWriteStream(path, { flags: "wx", mode: 0o640, flush: true });
    stream.on("error", (error) => this.#fail(error));
    this.#await(new Promise((resolve) => stream.once("close", () => resolve())));
    this.#stream = stream;
    this.#bytes = 0;
    const [run, segment] = [this.#run, this.#segment];
    const wallAgoMs = clock.now() - now;
    const at = new Date(clock.wall().getTime() - wallAgoMs).toISOString();
    this.#add(headerLine({ program, run, segment, at, now, state }));
  }

  #await(settling: Promise<void>): void {
    this.#unsettled.add(settling);
    void settling.then(() => this.#unsettled.delete(settling));
  }

  #add(line: string): void {
    const bytes = Buffer.byteLength(line);
    this.#batch.push(line);
    this.#bytes += bytes;
    this.#batchBytes += bytes;
    if (this.#batchBytes >= WRITE_AT_BYTES) this.#write();
    else this.#cancelWrite ??= this.#options.clock.after(WRITE_EVERY_MS, () => this.#write());
  }

  #write(): void {
    this.#cancelWrite?.();
    this.#cancelWrite = null;
    const bytes = this.#batchBytes;
    if (this.#stream === null || bytes === 0) return;
    this.#backlogBytes += bytes;
    this.#stream.write(this.#batch.join(""), () => {
      this.#backlogBytes -= bytes;
    });
    this.#batch = [];
    this.#batchBytes = 0;
    if (this.#backlogBytes > BACKLOG_MAX_BYTES) {
      this.#fail(new Error("the disk does not keep up"));
    }
  }

  #endSegment(): void {
    this.#write();
    this.#stream?.end();
    this.#stream = null;
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelWrite?.();
    this.#batch = [];
    this.#stream?.destroy();
    this.#options.onFailure(error);
  }
}
