// Puts the test's own unit into the system of a card's image, which is otherwise as our tool made it.

import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { copyBytes, makeEmpty } from "../../images/copy-bytes.ts";
import type { Entry } from "../../images/debian-package.ts";
import { Ext4 } from "../../images/ext4.ts";
import { type Layout, readLayout } from "../../images/partition-table.ts";
import { reportFiles } from "./report-files.ts";

/** Where the partitions are. */
export function layoutOf(image: string): Layout {
  const head = Buffer.alloc(1024);
  const descriptor = openSync(image, "r");
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return readLayout(head, Number.MAX_SAFE_INTEGER);
}

/** The system's partition as a file of its own. */
function copyRoot(image: string, to: string): void {
  const { root } = layoutOf(image);
  makeEmpty(to, root.bytes);
  copyBytes(image, root, to, 0);
}

/** Changes the image in place. */
export function putIntoCard(image: string, entries: readonly Entry[]): void {
  const part = `${image}.root`;
  try {
    copyRoot(image, part);
    Ext4.open(part).put(entries);
    const { root } = layoutOf(image);
    copyBytes(part, { offset: 0, bytes: root.bytes }, image, root.offset);
  } finally {
    rmSync(part, { force: true });
  }
}

const SYSTEMD_FOLDER = "etc/systemd/system";

/** Limits for an emulated processor, which may be fifty times slower than a Pi's. */
export function slowEntries(): readonly Entry[] {
  return ["zerorig", "zero-agent"].map((name) => ({
    path: `${SYSTEMD_FOLDER}/${name}.service.d/slow.conf`,
    text: "[Service]\nTimeoutStartSec=900\nWatchdogSec=600\n",
  }));
}

/** A unit that runs a script of this folder once the system is up, and tells on the console what it finds; and limits for an emulated processor. */
export function reportEntries(script: string): readonly Entry[] {
  const unit = `[Unit]
After=multi-user.target
[Service]
ExecStart=/bin/sh /report.sh
StandardOutput=tty
TTYPath=/dev/console
StandardError=inherit
`;
  const folder = SYSTEMD_FOLDER;
  return [
    ...reportFiles(script),
    { path: `${folder}/report.service`, text: unit },
    { path: `${folder}/multi-user.target.wants/report.service`, link: "../report.service" },
    ...slowEntries(),
    // They would take the line that the report goes out on.
    ...["ttyAMA0", "ttyS0", "ttyS1"].map((tty) => ({
      path: `${folder}/serial-getty@${tty}.service`,
      link: "/dev/null",
    })),
  ];
}

/** Gives the emulator's network adapter the name of a Zero's own link. */
export function usb0Entry(driver: string): Entry {
  const text = `[Match]\nDriver=${driver}\n\n[Link]\nName=usb0\n`;
  return { path: "etc/systemd/network/10-test.link", text };
}
