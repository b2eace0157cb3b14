// The chains that a rig can mine alone on: what is mined there, what their addresses look like, and how a node of theirs is known.

import type { HeaderAlgorithm } from "../stratum/target.ts";

export interface Network {
  readonly algorithm: HeaderAlgorithm;
  /** The human-readable part of segwit addresses. */
  readonly hrp: string;
  /** Version bytes of addresses in base 58: to a key's hash, and to a script's. */
  readonly keyHash: readonly number[];
  readonly scriptHash: readonly number[];
  /** What `getblocktemplate` must be told that we know. */
  readonly rules: readonly string[];
  /** The hashes of first blocks, as nodes show them: of one chain or, for tests, of several that share their addresses. */
  readonly genesis: readonly string[];
}

const BITCOIN = { algorithm: "sha256d", rules: ["segwit"] } as const;
const LITECOIN = { algorithm: "scrypt", rules: ["mweb", "segwit"] } as const;

export const NETWORKS = {
  bitcoin: {
    ...BITCOIN,
    hrp: "bc",
    keyHash: [0x00],
    scriptHash: [0x05],
    genesis: ["000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"],
  },
  /** The third and the fourth. */
  "bitcoin-test": {
    ...BITCOIN,
    hrp: "tb",
    keyHash: [0x6f],
    scriptHash: [0xc4],
    genesis: [
      "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
      "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
    ],
  },
  "bitcoin-regtest": {
    ...BITCOIN,
    hrp: "bcrt",
    keyHash: [0x6f],
    scriptHash: [0xc4],
    genesis: ["0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"],
  },
  litecoin: {
    ...LITECOIN,
    hrp: "ltc",
    keyHash: [0x30],
    scriptHash: [0x32, 0x05],
    genesis: ["12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2"],
  },
  "litecoin-test": {
    ...LITECOIN,
    hrp: "tltc",
    keyHash: [0x6f],
    scriptHash: [0x3a, 0xc4],
    genesis: ["4966625a4b2851d9fdee139e56211a0d88575f59ed816ff5e6a63deb4e3e29a0"],
  },
  "litecoin-regtest": {
    ...LITECOIN,
    hrp: "rltc",
    keyHash: [0x6f],
    scriptHash: [0x3a, 0xc4],
    genesis: ["530827f38f93b43ed12af0b3ad25a288dc02ed74d6d7857862df51fc56c416f9"],
  },
} as const satisfies Readonly<Record<string, Network>>;

export type NetworkName = keyof typeof NETWORKS;

export const NETWORK_NAMES = Object.keys(NETWORKS) as readonly NetworkName[];

/** The one that is mined for its coins, where nobody named another. */
export function mainNetwork(algorithm: HeaderAlgorithm): NetworkName {
  return algorithm === "scrypt" ? "litecoin" : "bitcoin";
}
