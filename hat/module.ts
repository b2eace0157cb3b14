// `zerorig/hat`: the power lines of a ClusterHAT for other programs. See docs/hat-module.md.

export type {
  BoardInfo,
  BoardPart,
  BoardReading,
  Line,
  PortReading,
  PowerBoard,
  SlotReading,
  SwitchName,
  SwitchReading,
  UnreadSlots,
  UsbPresence,
} from "./board.ts";
// biome-ignore lint/performance/noBarrelFile: the entry of a package names what is public.
export { BOARD_SPECS, isBoardSpec } from "./board-spec.ts";
export type { BoardChange } from "./changes.ts";
export type { CtrlBoard } from "./ctrl-board.ts";
export { type CtrlFound, findCtrlBoards } from "./ctrl-find.ts";
export { type CtrlPlace, openCtrl } from "./ctrl-real.ts";
export type { CtrlData, CtrlSaved, CtrlTools } from "./ctrl-tools.ts";
export { type OpenBoardOptions, openBoard } from "./detect.ts";
export { HatError, type HatErrorCode, isHatError } from "./error.ts";
export { type Fan, type FanLimits, type FanOptions, openFan, wantsFan } from "./fan.ts";
export { type HubResetOptions, resetHub, slotsBehindHub } from "./hub.ts";
export { identify, type SlotIdentity } from "./identity.ts";
export { isSlotId, type SlotId, slotId, slotIndex } from "./slots.ts";
export { type Survey, survey } from "./survey.ts";
export type { UsbDevice } from "./usb-device.ts";
export { type BoardEvent, type WatchOptions, watchBoard } from "./watch.ts";
