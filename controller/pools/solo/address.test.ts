import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scriptOf } from "./address.ts";
import { decodeBase58Check } from "./base58.ts";
import { decodeSegwit } from "./bech32.ts";
import { NETWORKS } from "./networks.ts";

const ZEROS = "000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433";
const LONG = "751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6";

describe("an address", () => {
  it.each<readonly [keyof typeof NETWORKS, string, string]>([
    // BIP 173 and BIP 350.
    [
      "bitcoin",
      "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
      "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    ],
    [
      "bitcoin-test",
      "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
      "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
    ],
    [
      "bitcoin",
      "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
      `5128${LONG}`,
    ],
    ["bitcoin", "BC1SW50QGDZ25J", "6002751e"],
    ["bitcoin", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323"],
    [
      "bitcoin-test",
      "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
      `0020${ZEROS}`,
    ],
    [
      "bitcoin-test",
      "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
      `5120${ZEROS}`,
    ],
    [
      "bitcoin",
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
      "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    ],
    // The first of all, to the key of block 0.
    [
      "bitcoin",
      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
      "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac",
    ],
    [
      "bitcoin",
      "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
      "a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87",
    ],
    ["bitcoin", "1111111111111111111114oLvT2", `76a914${"00".repeat(20)}88ac`],
    // Litecoin took both version bytes for scripts.
    [
      "litecoin",
      "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
      "a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87",
    ],
  ])("of %s: %s", (network, address, script) => {
    expect(scriptOf(address, NETWORKS[network])).toBe(script);
  });

  it.each<readonly [keyof typeof NETWORKS, string, string]>([
    ["bitcoin", "another chain's", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"],
    ["bitcoin-test", "another chain's", "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty"],
    ["bitcoin", "a wrong checksum", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"],
    ["bitcoin", "version 17", "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2"],
    ["bitcoin", "a byte only", "bc1rw5uspcuh"],
    ["bitcoin", "16 bytes of version 0", "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P"],
    [
      "bitcoin-test",
      "mixed capitals",
      "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7",
    ],
    ["bitcoin", "too much padding", "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du"],
    [
      "bitcoin",
      "version 1 with the old checksum",
      "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    ],
    [
      "bitcoin-test",
      "padding that is not nought",
      "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv",
    ],
    ["bitcoin", "no data", "bc1gmk9yu"],
    ["bitcoin", "another letter", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tb"],
    ["bitcoin", "endless", `bc1q${"q".repeat(100)}`],
    ["bitcoin", "a wrong digit", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"],
    ["bitcoin", "a digit that is none", "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0a"],
    ["bitcoin-test", "another chain's", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
    ["bitcoin", "endless in base 58", "1".repeat(36)],
    ["bitcoin", "too short", "1111"],
    ["bitcoin", "nothing", ""],
    ["bitcoin", "another length", "3QJmnh"],
  ])("of %s is not %s", (network, _, address) => {
    expect(scriptOf(address, NETWORKS[network])).toBeNull();
  });

  it("with one character changed is none", () => {
    const right = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const at = fc.integer({ min: 4, max: right.length - 1 });
    fc.assert(
      fc.property(at, fc.constantFrom(...letters), (index, letter) => {
        const other = right.slice(0, index) + letter + right.slice(index + 1);
        expect(scriptOf(other, NETWORKS.bitcoin) === null).toBe(other !== right);
      }),
    );
  });

  it("whatever is given, throws nothing", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `bc1${rest}`),
    );
    fc.assert(
      fc.property(text, (address) => {
        decodeBase58Check(address);
        decodeSegwit(address, "bc");
      }),
    );
  });
});
