/**
 * What the kernel works on: the numbers and array addresses of the table that fill.ts fills. The
 * function `init` reads them once.
 */
import * as slots from "../layout";

export const NONE: i32 = -1;
export const NO_SLOT: i32 = -1;
/** Event sources that one scan covers. */
export const GROUP: i32 = 64;
export const TO_ALL: i32 = 0;
export const TO_DEVICE: i32 = 1;
export const TO_CONSUMER: i32 = 2;
/**
 * How the ops of a device follow each other: as they become ready, as `orderNext` says, or the
 * ready op of lowest rank first.
 */
export const FIRST_COME: i32 = 0;
export const IN_ORDER: i32 = 1;
export const BY_RANK: i32 = 2;
/** The discipline of the run. */
export let discipline: i32;

export let opCount: i32;
export let deviceCount: i32;
export let linkCount: i32;
export let rootCount: i32;
export let runColumnCount: i32;
export let speedCount: i32;
export let groupCount: i32;
export let sentByCount: i32;

export let multicast: i32;
export let cutThrough: bool;
export let queues: bool;
export let shares: bool;
export let blocking: bool;
export let lastEvent: bool;
export let sameOrder: bool;

export let runUs: usize;
export let runColumn: usize;
export let waitsFor: usize;
export let roots: usize;
export let depStart: usize;
export let dep: usize;
export let released: usize;
export let opOrder: usize;
export let linkOrder: usize;
export let deviceOrder: usize;

export let slotProducer: usize;
export let slotLocal: usize;
export let slotBytes: usize;
export let slotUs: usize;
export let linkSpeed: usize;
export let latencyUs: usize;
export let linkBytesPerUs: usize;
export let routeStart: usize;
export let routeLink: usize;

export let startUs: usize;
export let endUs: usize;
export let pending: usize;
export let opNext: usize;
export let orderNext: usize;
export let readyHead: usize;
export let readyChild: usize;

export let transferSlot: usize;
export let transferTo: usize;
export let transferHop: usize;
export let transferNext: usize;
export let transferStartUs: usize;
export let transferArriveUs: usize;
export let transferLeftUs: usize;
export let sentBy: usize;

export let routeWidth: i32;
export let transferWaits: usize;
export let transferFollowers: usize;
export let transferStack: usize;

export let flow: usize;
export let flowBytes: usize;
export let flowRate: usize;
export let linkLeft: usize;
export let linkFlows: usize;

export let deviceFreeUs: usize;
export let linkFreeUs: usize;
export let runningHead: usize;
export let runningTail: usize;
export let flyingHead: usize;
export let flyingTail: usize;
export let eventUs: usize;
export let groupUs: usize;
export let stateBytes: i32;

export let together: usize;
export let delivering: usize;

export let snapshots: usize;
export let snapshotCapacity: i32;
export let snapshotBytes: i32;
export let packedWidth: i32;
export let snapshotUs: usize;
export let snapshotLatestUs: usize;

export let baseStartUs: usize;
export let baseEndUs: usize;
export let baseOpNext: usize;
export let baseTransferNext: usize;
export let baseTransferStartUs: usize;
export let baseTransferArriveUs: usize;

export let moved: usize;
export let effectUs: usize;
export let needStart: usize;
export let needUs: usize;
export let movedPending: usize;

export let hopLog: usize;
export let hopLogUs: usize;

export let opGapUs: f64;
export let transferGapUs: f64;
export let firstUs: f64;

/**
 * Store and forward, first come first served, with overlap: the common case, which skips the checks
 * of the general one.
 */
export let simple: bool;
export let device: usize;
export let sourceCount: i32;

// @ts-ignore: decorator
@inline
export function int(array: usize, i: i32): i32 {
  return load<i32>(array + ((<usize>i) << 2));
}
// @ts-ignore: decorator
@inline
export function setInt(array: usize, i: i32, value: i32): void {
  store<i32>(array + ((<usize>i) << 2), value);
}
// @ts-ignore: decorator
@inline
export function float(array: usize, i: i32): f64 {
  return load<f64>(array + ((<usize>i) << 3));
}
// @ts-ignore: decorator
@inline
export function setFloat(array: usize, i: i32, value: f64): void {
  store<f64>(array + ((<usize>i) << 3), value);
}

/** Reads the table. Call it once after the table has been filled. */
export function init(): void {
  opCount = int(slots.TABLE, slots.OP_COUNT);
  deviceCount = int(slots.TABLE, slots.DEVICE_COUNT);
  linkCount = int(slots.TABLE, slots.LINK_COUNT);
  rootCount = int(slots.TABLE, slots.ROOT_COUNT);
  runColumnCount = int(slots.TABLE, slots.RUN_COLUMN_COUNT);
  speedCount = int(slots.TABLE, slots.SPEED_COUNT);
  groupCount = int(slots.TABLE, slots.GROUP_COUNT);
  sentByCount = int(slots.TABLE, slots.SENT_BY_COUNT);
  multicast = int(slots.TABLE, slots.MULTICAST);
  cutThrough = int(slots.TABLE, slots.CUT_THROUGH) != 0;
  queues = int(slots.TABLE, slots.CONTENTION) == 1;
  shares = int(slots.TABLE, slots.CONTENTION) == 2;
  blocking = int(slots.TABLE, slots.BLOCKING) != 0;
  lastEvent = int(slots.TABLE, slots.LAST_EVENT) != 0;
  sameOrder = int(slots.TABLE, slots.SAME_ORDER) != 0;
  runUs = int(slots.TABLE, slots.RUN_US);
  runColumn = int(slots.TABLE, slots.RUN_COLUMN);
  waitsFor = int(slots.TABLE, slots.WAITS_FOR);
  roots = int(slots.TABLE, slots.ROOTS);
  depStart = int(slots.TABLE, slots.DEP_START);
  dep = int(slots.TABLE, slots.DEP);
  released = int(slots.TABLE, slots.RELEASE);
  opOrder = int(slots.TABLE, slots.OP_ORDER);
  linkOrder = int(slots.TABLE, slots.LINK_ORDER);
  deviceOrder = int(slots.TABLE, slots.DEVICE_ORDER);
  slotProducer = int(slots.TABLE, slots.SLOT_PRODUCER);
  slotLocal = int(slots.TABLE, slots.SLOT_LOCAL);
  slotBytes = int(slots.TABLE, slots.SLOT_BYTES);
  slotUs = int(slots.TABLE, slots.SLOT_US);
  linkSpeed = int(slots.TABLE, slots.LINK_SPEED);
  latencyUs = int(slots.TABLE, slots.LATENCY_US);
  linkBytesPerUs = int(slots.TABLE, slots.LINK_BYTES_PER_US);
  routeStart = int(slots.TABLE, slots.ROUTE_START);
  routeLink = int(slots.TABLE, slots.ROUTE_LINK);
  startUs = int(slots.TABLE, slots.START_US);
  endUs = int(slots.TABLE, slots.END_US);
  pending = int(slots.TABLE, slots.PENDING);
  opNext = int(slots.TABLE, slots.OP_NEXT);
  orderNext = int(slots.TABLE, slots.ORDER_NEXT);
  readyHead = int(slots.TABLE, slots.READY_HEAD);
  readyChild = int(slots.TABLE, slots.READY_CHILD);
  transferSlot = int(slots.TABLE, slots.TRANSFER_SLOT);
  transferTo = int(slots.TABLE, slots.TRANSFER_TO);
  transferHop = int(slots.TABLE, slots.TRANSFER_HOP);
  transferNext = int(slots.TABLE, slots.TRANSFER_NEXT);
  transferStartUs = int(slots.TABLE, slots.TRANSFER_START_US);
  transferArriveUs = int(slots.TABLE, slots.TRANSFER_ARRIVE_US);
  transferLeftUs = int(slots.TABLE, slots.TRANSFER_LEFT_US);
  sentBy = int(slots.TABLE, slots.SENT_BY);
  routeWidth = int(slots.TABLE, slots.ROUTE_WIDTH);
  transferWaits = int(slots.TABLE, slots.TRANSFER_WAITS);
  transferFollowers = int(slots.TABLE, slots.TRANSFER_FOLLOWERS);
  transferStack = int(slots.TABLE, slots.TRANSFER_STACK);
  flow = int(slots.TABLE, slots.FLOW);
  flowBytes = int(slots.TABLE, slots.FLOW_BYTES);
  flowRate = int(slots.TABLE, slots.FLOW_RATE);
  linkLeft = int(slots.TABLE, slots.LINK_LEFT);
  linkFlows = int(slots.TABLE, slots.LINK_FLOWS);
  deviceFreeUs = int(slots.TABLE, slots.DEVICE_FREE_US);
  linkFreeUs = int(slots.TABLE, slots.LINK_FREE_US);
  runningHead = int(slots.TABLE, slots.RUNNING_HEAD);
  runningTail = int(slots.TABLE, slots.RUNNING_TAIL);
  flyingHead = int(slots.TABLE, slots.FLYING_HEAD);
  flyingTail = int(slots.TABLE, slots.FLYING_TAIL);
  eventUs = int(slots.TABLE, slots.EVENT_US);
  groupUs = int(slots.TABLE, slots.GROUP_US);
  stateBytes = int(slots.TABLE, slots.STATE_BYTES);
  together = int(slots.TABLE, slots.TOGETHER);
  delivering = int(slots.TABLE, slots.DELIVERING);
  snapshots = int(slots.TABLE, slots.SNAPSHOTS);
  snapshotCapacity = int(slots.TABLE, slots.SNAPSHOT_CAPACITY);
  snapshotBytes = int(slots.TABLE, slots.SNAPSHOT_BYTES);
  packedWidth = int(slots.TABLE, slots.PACKED_WIDTH);
  snapshotUs = int(slots.TABLE, slots.SNAPSHOT_US);
  snapshotLatestUs = int(slots.TABLE, slots.SNAPSHOT_LATEST_US);
  baseStartUs = int(slots.TABLE, slots.BASE_START_US);
  baseEndUs = int(slots.TABLE, slots.BASE_END_US);
  baseOpNext = int(slots.TABLE, slots.BASE_OP_NEXT);
  baseTransferNext = int(slots.TABLE, slots.BASE_TRANSFER_NEXT);
  baseTransferStartUs = int(slots.TABLE, slots.BASE_TRANSFER_START_US);
  baseTransferArriveUs = int(slots.TABLE, slots.BASE_TRANSFER_ARRIVE_US);
  moved = int(slots.TABLE, slots.MOVED);
  effectUs = int(slots.TABLE, slots.EFFECT_US);
  needStart = int(slots.TABLE, slots.NEED_START);
  needUs = int(slots.TABLE, slots.NEED_US);
  movedPending = int(slots.TABLE, slots.MOVED_PENDING);
  hopLog = int(slots.TABLE, slots.HOP_LOG);
  hopLogUs = int(slots.TABLE, slots.HOP_LOG_US);
  opGapUs = float(slots.FLOATS, slots.OP_GAP_US);
  transferGapUs = float(slots.FLOATS, slots.TRANSFER_GAP_US);
  firstUs = float(slots.FLOATS, slots.FIRST_US);
  const readyDispatch = int(slots.TABLE, slots.READY_DISPATCH) != 0;
  sourceCount = deviceCount + linkCount + (shares || readyDispatch ? 1 : 0) + (readyDispatch ? deviceCount : 0);
  simple = queues && !cutThrough && !blocking;
}

export function setDevice(placed: usize): void {
  device = placed;
}

export function setDiscipline(value: i32): void {
  discipline = value;
}

/** Do devices choose among ready ops? */
export function isRanked(): bool {
  return discipline == BY_RANK;
}
