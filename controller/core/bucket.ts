// A token bucket on monotonic time: so many at once, and so many a minute in the long run.

const MINUTE_MS = 60_000;

export interface Bucket {
  readonly tokens: number;
  /** When `tokens` was true. */
  readonly at: number;
}

export function fullBucket(burst: number, now: number): Bucket {
  return { tokens: burst, at: now };
}

/** What is in the bucket now: never more than the burst, and no less for a clock that stands still. */
export function tokensAt(bucket: Bucket, burst: number, perMinute: number, now: number): number {
  const refill = (Math.max(0, now - bucket.at) / MINUTE_MS) * perMinute;
  return Math.min(burst, bucket.tokens + refill);
}

/** The bucket with one token less. One who needs no permission may overdraw it, by no more than a burst. */
export function take(bucket: Bucket, burst: number, perMinute: number, now: number): Bucket {
  return { tokens: Math.max(-burst, tokensAt(bucket, burst, perMinute, now) - 1), at: now };
}
