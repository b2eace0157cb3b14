// The keys of rigs that mine alone, from full nodes of their own.

import { isIP } from "node:net";
import { TAG_CHARS_MAX } from "../pools/solo/coinbase.ts";
import { NETWORK_NAMES } from "../pools/solo/networks.ts";
import { key, optional, section } from "./key.ts";
import { absolutePath, milliseconds, oneOf, text, wholeNumber } from "./kind.ts";

export const SOLO = section(
  "How a full node is mined from, where [pool] nodes has one: alone, each block whole to one address.",
  {
    address: optional(
      text("an address of letters and digits", (value) => /^[A-Za-z0-9]{14,90}$/.test(value)),
      "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
      "Who is paid for a block. Without it, [pool] user is the address.",
    ),
    network: optional(
      oneOf(NETWORK_NAMES),
      "bitcoin",
      "The chain that address and node are of. Without it, bitcoin for sha256d and litecoin for scrypt.",
    ),
    cookie_file: optional(
      absolutePath("a file"),
      "/var/lib/bitcoind/.cookie",
      "Where the node writes its own user and password, anew at each start: for a node on this machine.",
    ),
    rpc_user: optional(
      text("up to 64 characters without spaces or colons", (value) =>
        /^[!-9;-~]{1,64}$/.test(value),
      ),
      "zerorig",
      "The user that the node lets in (its rpcauth), where there is no cookie; the same at all nodes.",
    ),
    rpc_password_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/rpc.password",
      "Holds that user's password, mode 0600.",
    ),
    tag: key(
      text(`up to ${TAG_CHARS_MAX} printable characters`, (value) =>
        new RegExp(`^[ -~]{0,${TAG_CHARS_MAX}}$`).test(value),
      ),
      "/zerorig/",
      "What blocks are signed with, for all to read.",
    ),
    poll_ms: key(
      milliseconds(100, 60_000),
      2000,
      "How often a node is asked for its newest block, beside what it tells by itself.",
    ),
    notify_port: optional(
      wholeNumber(0, 65_535),
      8687,
      "Listen for the node's blocknotify: HTTP, and UDP where there is a secret. 0 takes any free port.",
    ),
    notify_listen: key(
      text("an IP address of this machine", (value) => isIP(value) !== 0),
      "127.0.0.1",
      "The address to listen on for that.",
    ),
    notify_secret_file: optional(
      absolutePath("a file"),
      "/etc/zerorig/notify.secret",
      "Holds what who tells of blocks must know: 16 characters or more, mode 0600.",
    ),
  },
);
