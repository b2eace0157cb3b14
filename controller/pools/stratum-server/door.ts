// Who may come in: so many in all, so many from one address, and none that was banned.

export interface DoorRules {
  readonly maxMiners: number;
  readonly maxPerAddress: number;
  readonly banMs: number;
}

interface Visitor {
  connections: number;
  /** Of offences: they wear off. */
  points: number;
  atMs: number;
  /** 0: it is not banned. */
  bannedUntilMs: number;
}

/** At so many points an address is banned; a second takes one away. */
const BAN_POINTS = 100;
const POINTS_PER_S = 1;
/** Addresses that are remembered though none of theirs is here. */
const REMEMBERED_MAX = 4096;

export class Door {
  readonly #rules: DoorRules;
  readonly #visitors = new Map<string, Visitor>();
  #inside = 0;

  constructor(rules: DoorRules) {
    this.#rules = rules;
  }

  /** Lets one of this address in, or says why not. Whoever is let in must leave(). */
  admit(address: string, now: number): "in" | "banned" | "full" {
    const visitor = this.#visitor(address, now);
    const { maxMiners, maxPerAddress } = this.#rules;
    if (visitor.bannedUntilMs > now) return "banned";
    if (this.#inside >= maxMiners || visitor.connections >= maxPerAddress) return "full";
    this.#inside++;
    visitor.connections++;
    return "in";
  }

  leave(address: string): void {
    const visitor = this.#visitors.get(address);
    if (visitor === undefined) return;
    this.#inside--;
    visitor.connections--;
  }

  /** Takes an offence down. Returns whether the address is banned for it, just now. */
  offend(address: string, points: number, now: number): boolean {
    const visitor = this.#visitor(address, now);
    visitor.points += points;
    if (visitor.points < BAN_POINTS || visitor.bannedUntilMs > now) return false;
    visitor.bannedUntilMs = now + this.#rules.banMs;
    visitor.points = 0;
    return true;
  }

  /** How many addresses are banned. */
  banned(now: number): number {
    return [...this.#visitors.values()].filter((each) => each.bannedUntilMs > now).length;
  }

  #visitor(address: string, now: number): Visitor {
    const known = this.#visitors.get(address);
    if (known !== undefined) {
      known.points = Math.max(0, known.points - ((now - known.atMs) / 1000) * POINTS_PER_S);
      known.atMs = now;
      return known;
    }
    if (this.#visitors.size >= REMEMBERED_MAX) this.#forget(now);
    const visitor = { connections: 0, points: 0, atMs: now, bannedUntilMs: 0 };
    this.#visitors.set(address, visitor);
    return visitor;
  }

  /** Those that are not here go: whoever is not banned first, and then whoever came first. */
  #forget(now: number): void {
    const gone = [...this.#visitors].filter(([, { connections }]) => connections === 0);
    const harmless = gone.filter(([, { bannedUntilMs }]) => bannedUntilMs <= now);
    const [first] = gone;
    for (const [address] of harmless.length > 0 || first === undefined ? harmless : [first]) {
      this.#visitors.delete(address);
    }
  }
}
