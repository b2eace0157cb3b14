// The resources of the Redfish-shaped tree, from the rig's status: a system for each slot, and one chassis for all of them.

import type { RigState } from "../core/state.ts";
import type { RigStatus, SlotStatus } from "../core/status.ts";
import type { ActRequest } from "../shell/control-protocol.ts";
import { powerOfSlot } from "./slot-power.ts";

export const REDFISH = "/redfish/v1";
const SYSTEMS = `${REDFISH}/Systems`;
const CHASSIS = `${REDFISH}/Chassis`;
const RIG = `${CHASSIS}/rig`;
const JOULES_PER_KWH = 3_600_000;

export interface Seen {
  readonly status: RigStatus;
  readonly rig: RigState;
}

type Resource = Readonly<Record<string, unknown>>;

const at = (path: string) => ({ "@odata.id": path });

function resource(path: string, type: string, id: string, name: string, more: Resource): Resource {
  return { ...at(path), "@odata.type": `#${type}`, Id: id, Name: name, ...more };
}

function collection(path: string, of: string, name: string, members: readonly string[]): Resource {
  return {
    ...at(path),
    "@odata.type": `#${of}Collection.${of}Collection`,
    Name: name,
    "Members@odata.count": members.length,
    Members: members.map(at),
  };
}

/** What a reset asks of the rig. */
const RESETS = {
  On: { verb: "on" },
  ForceOff: { verb: "off", hard: true },
  GracefulShutdown: { verb: "off", hard: false },
  GracefulRestart: { verb: "cycle", hard: false },
  ForceRestart: { verb: "cycle", hard: true },
  PowerCycle: { verb: "cycle", hard: true },
} as const;
export const RESET_TYPES = Object.keys(RESETS);

/** Null for a reset that there is not. */
export function resetRequest(slot: string, resetType: unknown): ActRequest | null {
  if (typeof resetType !== "string" || !Object.hasOwn(RESETS, resetType)) return null;
  const asked = { slots: [slot], reason: `Redfish ${resetType}` };
  return { ...RESETS[resetType as keyof typeof RESETS], ...asked } as ActRequest;
}

export function serviceRoot(version: string): Resource {
  return resource(`${REDFISH}/`, "ServiceRoot.v1_15_0.ServiceRoot", "RootService", "zerorig", {
    RedfishVersion: "1.15.0",
    Product: `zerorig ${version}`,
    Systems: at(SYSTEMS),
    Chassis: at(CHASSIS),
    Links: {},
  });
}

export function systems({ status }: Seen): Resource {
  const paths = status.slots.map(({ slot }) => `${SYSTEMS}/${slot}`);
  return collection(SYSTEMS, "ComputerSystem", "Zeros", paths);
}

const BROKEN: ReadonlySet<string> = new Set(["Fault", "Quarantined", "Unknown"]);
const DOUBTFUL: ReadonlySet<string> = new Set(["Suspect", "Remediating", "Degraded"]);

function statusOf({ state }: SlotStatus): Resource {
  const health = BROKEN.has(state) ? "Critical" : DOUBTFUL.has(state) ? "Warning" : "OK";
  const shown = {
    Off: "Disabled",
    Quarantined: "Disabled",
    PoweringOn: "Starting",
    Booting: "Starting",
    Maintenance: "Quiesced",
  } as const;
  const found = Object.hasOwn(shown, state) ? shown[state as keyof typeof shown] : "Enabled";
  return { State: found, Health: health };
}

/** Null for a slot that this rig has not. */
export function system({ status, rig }: Seen, id: string): Resource | null {
  const slot = status.slots.find((each) => each.slot === id);
  const known = rig.slots.find((each) => each.id === id);
  if (slot === undefined || known === undefined) return null;
  const path = `${SYSTEMS}/${id}`;
  return resource(path, "ComputerSystem.v1_20_0.ComputerSystem", id, `Zero in ${id}`, {
    SystemType: "Physical",
    Manufacturer: "Raspberry Pi",
    PowerState: powerOfSlot(known),
    Status: statusOf(slot),
    Description: `${slot.state} (${slot.why}): ${slot.evidence}`,
    // Clients insist on it; what a Zero boots from is not ours to say.
    Boot: { BootSourceOverrideEnabled: "Disabled", BootSourceOverrideTarget: "None" },
    Links: { Chassis: [at(RIG)] },
    Actions: {
      "#ComputerSystem.Reset": {
        target: `${path}/Actions/ComputerSystem.Reset`,
        "ResetType@Redfish.AllowableValues": RESET_TYPES,
      },
    },
  });
}

export function chassisCollection(): Resource {
  return collection(CHASSIS, "Chassis", "Chassis", [RIG]);
}

export function chassis({ status }: Seen): Resource {
  const isWell = status.automation === null && status.board_error === null;
  return resource(RIG, "Chassis.v1_23_0.Chassis", "rig", status.board, {
    ChassisType: "Enclosure",
    PowerState: "On",
    Status: { State: "Enabled", Health: isWell ? "OK" : "Critical" },
    Power: at(`${RIG}/Power`),
    EnvironmentMetrics: at(`${RIG}/EnvironmentMetrics`),
    Links: { ComputerSystems: status.slots.map(({ slot }) => at(`${SYSTEMS}/${slot}`)) },
  });
}

/** The older form of the reading, which most programs still ask for: the rig, then each slot. */
export function power({ status }: Seen): Resource {
  const path = `${RIG}/Power`;
  const control = (index: number, name: string, watts: number, more: Resource) => ({
    ...at(`${path}#/PowerControl/${index}`),
    MemberId: String(index),
    Name: name,
    PowerConsumedWatts: Number(watts.toFixed(2)),
    ...more,
  });
  return resource(path, "Power.v1_7_1.Power", "Power", "Power", {
    PowerControl: [
      control(0, `Rig (${status.totals.energy.source})`, status.watts, {
        PowerLimit: { LimitInWatts: status.ceiling_watts },
      }),
      ...status.slots.map(({ slot, watts, energy }, index) =>
        control(index + 1, `${slot} (${energy.source})`, watts, {
          RelatedItem: [at(`${SYSTEMS}/${slot}`)],
        }),
      ),
    ],
  });
}

export function environment({ status }: Seen): Resource {
  const type = "EnvironmentMetrics.v1_3_1.EnvironmentMetrics";
  return resource(`${RIG}/EnvironmentMetrics`, type, "EnvironmentMetrics", "Power and energy", {
    PowerWatts: { Reading: Number(status.watts.toFixed(2)) },
    EnergykWh: { Reading: Number((status.totals.energy.joules / JOULES_PER_KWH).toFixed(6)) },
  });
}
