// Known answers of the algorithms that hash block headers. The target is the digest itself: the hardest that the nonce solves.

import type { HeaderJob } from "./kernel.ts";
import type { Vector } from "./vectors.ts";

type Known = readonly [nonce: number, header: string, digest: string];

/** A header of version 0x20000000, and of zeros as far as the word before time and bits. */
const EMPTY = `00000020${"0".repeat(128)}`;

const SHA256D: readonly Known[] = [
  // Bitcoin's first block; the session in Slush's document of Stratum, job bf; a share of block 791433.
  [
    2083236893,
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d",
    "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000",
  ],
  [
    2996141058,
    "02000000f8b6164d19e2f65a2aae448f787fe66d61e57a48c0c6771b1e920b440000000032414daa9ddac879fd2c62839b9ba710a3546363a5f5e22915d90dc3b1699deced864e50afc42a1c",
    "32abdc31d947623a2482144f92dbc092a84fd8ee6e2b5ae60f87762000000000",
  ],
  [
    167943889,
    "040000204595850c738349a3fa5274a511b72ec265a4f23d5243050000000000000000005bdc1968499c3393873edf8e07a1c3a50a97fc3a9d1a376bbf77087dd63778ebb52570643aae0517",
    "b5c09480ca70eddf6f2229772b70c2fdb894001c2466bcef44e15f0000000000",
  ],
  // Found with Node's crypto and checked with Python's hashlib: where the bytes of the nonce carry, and both ends.
  [
    0,
    `${EMPTY}86b7020000000000`,
    "787f5e94ff0f2a03a3df10da591038cbe0c0a54f164f3fcad14fa4cb3f450000",
  ],
  [
    255,
    `${EMPTY}cd32000000000000`,
    "646d659ebf30b01502c83c7376f66c7f31756db2e883ed6718daf8bc09630000",
  ],
  [
    256,
    `${EMPTY}f301020000000000`,
    "9e5b3debb9f397dca4e0dd5424656a9a728ff9cb2504e18c7a378ec2febe0000",
  ],
  [
    2147483648,
    `${EMPTY}9cf8000000000000`,
    "b9a27ef9b4b4065320cffbdcd6cacf606ca743954a7b9863ea6e7fb369340000",
  ],
  [
    4294967295,
    `${EMPTY}a465000000000000`,
    "480dcbe922c1c064d862dc152f4f3da97a3793bb33208252d512633e8e570000",
  ],
];

const SCRYPT: readonly Known[] = [
  // Litecoin's first block; the first of the scrypt tests of Litecoin Core.
  [
    2084524493,
    "010000000000000000000000000000000000000000000000000000000000000000000000d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6bafbdd97b9aa8e4ef0ff0f1e",
    "001e67b013726fd7382e9acb69165b4b6316227fb3156b5b414ba6340c050000",
  ],
  [
    1499913728,
    "020000004c1271c211717198227392b029a64a7971931d351b387bb80db027f270411e398a07046f7d4a08dd815412a8712f874a7ebf0507e3878bd24e20a3b73fd750a667d2f451eac7471b",
    "065898d7ab2daa8235cdda9511d248f3010b5e11f682f80741ef2b0000000000",
  ],
  // Found and checked as above.
  [
    4294967295,
    `${EMPTY}0001000000000000`,
    "790f095699abd2f23eafef1fd677c7e307acf317dac12ac9fe75c5378193c200",
  ],
];

function known(algorithm: HeaderJob["algorithm"], vectors: readonly Known[]): Vector[] {
  return vectors.map(([nonce, header, target]) => ({ job: { algorithm, header, target }, nonce }));
}

export const SHA256D_VECTORS = known("sha256d", SHA256D);
export const SCRYPT_VECTORS = known("scrypt", SCRYPT);
