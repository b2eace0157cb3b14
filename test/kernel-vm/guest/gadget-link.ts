// The USB cable of one Zero: a gadget of the kernel's on a simulated port, its network interface in a namespace of its own.

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./steps.ts";
import { ip, tc } from "./tool.ts";

const GADGETS = "/sys/kernel/config/usb_gadget";
const NET = "/sys/class/net";
const BRIDGE = "br0";
export const CONTROLLER_ADDRESS = "172.19.181.254";
const LINK_MS = 20_000;

/** The controller's side: a bridge that each Zero's interface joins, as on the vendor's images. */
export async function makeBridge(): Promise<void> {
  await ip("link", "add", "name", BRIDGE, "type", "bridge");
  await ip("addr", "add", `${CONTROLLER_ADDRESS}/24`, "dev", BRIDGE);
  await ip("link", "set", BRIDGE, "up");
}

export class GadgetLink {
  /** Where the Zero's programs run. */
  readonly namespace: string;
  /** Its interface on the controller. */
  readonly hostName: string;
  readonly #id: number;
  readonly #gadget: string;
  #isMoved = false;

  private constructor(id: number) {
    this.#id = id;
    this.namespace = `zero${id}`;
    this.hostName = `ethpi${id}`;
    this.#gadget = join(GADGETS, `p${id}`);
  }

  /** Describes the gadget as the vendor's images do; nothing is plugged in yet. */
  static async make(id: number, kind: "ecm" | "ncm"): Promise<GadgetLink> {
    const link = new GadgetLink(id);
    const strings = join(link.#gadget, "strings/0x409");
    const network = join(link.#gadget, `functions/${kind}.usb0`);
    const config = join(link.#gadget, "configs/c.1");
    for (const folder of [strings, network, config]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(link.#gadget, "idVendor"), "0x3171");
    writeFileSync(join(link.#gadget, "idProduct"), "0x0021");
    writeFileSync(join(strings, "serialnumber"), String(id));
    writeFileSync(join(network, "dev_addr"), link.#mac("ff"));
    writeFileSync(join(network, "host_addr"), link.#mac("fe"));
    symlinkSync(network, join(config, "network"));
    await ip("netns", "add", link.namespace);
    await ip("-n", link.namespace, "link", "set", "lo", "up");
    return link;
  }

  /**
   * Power on: the Zero's gadget appears on its port. The host's interface comes up before the Zero's own, or the first
   * notice that the cable carries may be lost.
   */
  async plug(): Promise<void> {
    writeFileSync(join(this.#gadget, "UDC"), `dummy_udc.${this.#id - 1}`);
    if (!this.#isMoved) {
      const own = await until("the gadget's interface", LINK_MS, () => byMac(this.#mac("ff")));
      await ip("link", "set", "dev", own, "netns", this.namespace, "name", "usb0");
      await this.#inside("addr", "add", `172.19.181.${this.#id}/24`, "dev", "usb0");
      this.#isMoved = true;
    }
    const host = await until("the host's interface", LINK_MS, () => byMac(this.#mac("fe")));
    if (host !== this.hostName) await ip("link", "set", "dev", host, "name", this.hostName);
    await ip("link", "set", "dev", this.hostName, "master", BRIDGE, "up");
    await this.#inside("link", "set", "usb0", "up");
    await until("a carrier", LINK_MS, () => this.#hasCarrier());
  }

  /** Power off: the device is gone from the host's bus. */
  async unplug(): Promise<void> {
    writeFileSync(join(this.#gadget, "UDC"), "\n");
    await this.#inside("link", "set", "usb0", "down");
    await this.speak();
  }

  /** Whether the host sees its interface. */
  isPlugged(): boolean {
    return byMac(this.#mac("fe")) !== null;
  }

  /** Nothing of the Zero gets out any more, not even its kernel's answers: it hangs, with its cable plugged. */
  async silence(): Promise<void> {
    await tc(
      "-n",
      this.namespace,
      "qdisc",
      "replace",
      "dev",
      "usb0",
      "root",
      "netem",
      "loss",
      "100%",
    );
  }

  async speak(): Promise<void> {
    await tc("-n", this.namespace, "qdisc", "del", "dev", "usb0", "root").catch(() => {});
  }

  /** A bad cable in both directions; such as `["delay", "60ms", "loss", "8%"]`. */
  async impair(netem: readonly string[]): Promise<void> {
    await tc("qdisc", "replace", "dev", this.hostName, "root", "netem", ...netem);
    await tc("-n", this.namespace, "qdisc", "replace", "dev", "usb0", "root", "netem", ...netem);
  }

  async repair(): Promise<void> {
    await tc("qdisc", "del", "dev", this.hostName, "root").catch(() => {});
    await this.speak();
  }

  #inside(...args: string[]): Promise<string> {
    return ip("-n", this.namespace, ...args);
  }

  #hasCarrier(): boolean {
    try {
      return readFileSync(join(NET, this.hostName, "carrier"), "utf8").trim() === "1";
    } catch {
      return false;
    }
  }

  /** `fe`: the controller's side; `ff`: the Zero's. */
  #mac(side: "fe" | "ff"): string {
    return `00:22:82:ff:${side}:0${this.#id}`;
  }
}

function byMac(mac: string): string | null {
  for (const name of readdirSync(NET)) {
    try {
      // The bridge takes the address of a member: it is not one.
      if (name === BRIDGE) continue;
      if (readFileSync(join(NET, name, "address"), "utf8").trim() === mac) return name;
    } catch {
      // Gone since it was listed.
    }
  }
  return null;
}
