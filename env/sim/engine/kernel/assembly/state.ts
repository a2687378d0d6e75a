/**
 * What the kernel works on: the numbers and array addresses of the table that engine.ts fills, read
 * once by `init`.
 */
import * as T from "../../../kernel/layout";

export const NONE: i32 = -1;
export const NO_SLOT: i32 = -1;
/** Event sources that one scan covers. */
export const GROUP: i32 = 64;
export const TO_ALL: i32 = 0;
export const TO_DEVICE: i32 = 1;
export const TO_CONSUMER: i32 = 2;

export let opCount: i32;
export let deviceCount: i32;
export let linkCount: i32;
export let rootCount: i32;
export let multicast: i32;
export let cutThrough: bool;
export let queues: bool;
export let shares: bool;
export let blocking: bool;
/**
 * Store and forward, first come first served, beside computation: the common case, without the
 * general one's checks.
 */
export let simple: bool;
export let groupCount: i32;
export let deviceTypeCount: i32;
export let linkTypeCount: i32;
export let sameOrder: bool;
export let lastEvent: bool;
export let opGapUs: f64;
export let transferGapUs: f64;
export let firstUs: f64;

export let device: usize;
export let depStart: usize;
export let dep: usize;
export let released: usize;
export let waitsFor: usize;
export let opOrder: usize;
export let linkOrder: usize;
export let deviceOrder: usize;
export let runUs: usize;
export let deviceType: usize;
export let slotUs: usize;
export let slotLocal: usize;
export let slotProducer: usize;
export let linkType: usize;
export let latencyUs: usize;
export let routeStart: usize;
export let routeLink: usize;
export let roots: usize;

export let startUs: usize;
export let endUs: usize;
export let deviceFreeUs: usize;
export let linkFreeUs: usize;
export let runningHead: usize;
export let runningTail: usize;
export let opNext: usize;
export let pending: usize;
export let transferNext: usize;
export let transferHop: usize;
export let transferTo: usize;
export let transferSlot: usize;
export let transferStartUs: usize;
export let transferArriveUs: usize;
export let transferLeftUs: usize;
export let sentBy: usize;
export let sentByCount: i32;
export let flyingHead: usize;
export let flyingTail: usize;
export let eventUs: usize;
export let groupUs: usize;
export let together: usize;
export let delivering: usize;
export let orderNext: usize;
export let sourceCount: i32;
export let readyHead: usize;
export let readyChild: usize;
export let turnWidth: i32;
export let turnWaits: usize;
export let turnNext: usize;
export let turnStack: usize;
export let flow: usize;
export let flowBytes: usize;
export let flowRate: usize;
export let slotBytes: usize;
export let linkBytesPerUs: usize;
export let linkLeft: usize;
export let linkFlows: usize;
export let stateBytes: i32;
export let snapshotBytes: i32;
export let packedWidth: i32;
export let snapshots: usize;
export let snapshotUs: usize;
export let snapshotLatestUs: usize;
export let snapshotCapacity: i32;
export let baseStartUs: usize;
export let baseEndUs: usize;
export let baseOpNext: usize;
export let baseTransferNext: usize;
export let baseTransferStartUs: usize;
export let baseTransferArriveUs: usize;
export let moved: usize;
export let effectUs: usize;
export let needUs: usize;
export let needStart: usize;
export let held: usize;
export let hopLog: usize;
export let hopLogUs: usize;

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

/** Reads the table; to be called once after it has been filled. */
export function init(): void {
  opCount = int(T.TABLE, T.OP_COUNT);
  deviceCount = int(T.TABLE, T.DEVICE_COUNT);
  linkCount = int(T.TABLE, T.LINK_COUNT);
  rootCount = int(T.TABLE, T.ROOT_COUNT);
  multicast = int(T.TABLE, T.MULTICAST);
  cutThrough = int(T.TABLE, T.CUT_THROUGH) != 0;
  queues = int(T.TABLE, T.CONTENTION) == 1;
  shares = int(T.TABLE, T.CONTENTION) == 2;
  const readyDispatch = int(T.TABLE, T.READY_DISPATCH) != 0;
  sourceCount = deviceCount + linkCount + (shares || readyDispatch ? 1 : 0) + (readyDispatch ? deviceCount : 0);
  blocking = int(T.TABLE, T.BLOCKING) != 0;
  simple = queues && !cutThrough && !blocking;
  groupCount = int(T.TABLE, T.GROUP_COUNT);
  deviceTypeCount = int(T.TABLE, T.DEVICE_TYPE_COUNT);
  linkTypeCount = int(T.TABLE, T.LINK_TYPE_COUNT);
  sameOrder = int(T.TABLE, T.SAME_ORDER) != 0;
  lastEvent = int(T.TABLE, T.LAST_EVENT) != 0;
  sentByCount = int(T.TABLE, T.SENT_BY_COUNT);
  opGapUs = float(T.FLOATS, T.OP_GAP_US);
  transferGapUs = float(T.FLOATS, T.TRANSFER_GAP_US);
  firstUs = float(T.FLOATS, T.FIRST_US);
  depStart = int(T.TABLE, T.DEP_START);
  dep = int(T.TABLE, T.DEP);
  released = int(T.TABLE, T.RELEASE);
  waitsFor = int(T.TABLE, T.WAITS_FOR);
  opOrder = int(T.TABLE, T.OP_ORDER);
  linkOrder = int(T.TABLE, T.LINK_ORDER);
  deviceOrder = int(T.TABLE, T.DEVICE_ORDER);
  runUs = int(T.TABLE, T.RUN_US);
  deviceType = int(T.TABLE, T.DEVICE_TYPE);
  slotUs = int(T.TABLE, T.SLOT_US);
  slotLocal = int(T.TABLE, T.SLOT_LOCAL);
  slotProducer = int(T.TABLE, T.SLOT_PRODUCER);
  linkType = int(T.TABLE, T.LINK_TYPE);
  latencyUs = int(T.TABLE, T.LATENCY_US);
  routeStart = int(T.TABLE, T.ROUTE_START);
  routeLink = int(T.TABLE, T.ROUTE_LINK);
  roots = int(T.TABLE, T.ROOTS);
  startUs = int(T.TABLE, T.START_US);
  endUs = int(T.TABLE, T.END_US);
  deviceFreeUs = int(T.TABLE, T.DEVICE_FREE_US);
  linkFreeUs = int(T.TABLE, T.LINK_FREE_US);
  runningHead = int(T.TABLE, T.RUNNING_HEAD);
  runningTail = int(T.TABLE, T.RUNNING_TAIL);
  opNext = int(T.TABLE, T.OP_NEXT);
  pending = int(T.TABLE, T.PENDING);
  transferNext = int(T.TABLE, T.TRANSFER_NEXT);
  transferHop = int(T.TABLE, T.TRANSFER_HOP);
  transferTo = int(T.TABLE, T.TRANSFER_TO);
  transferSlot = int(T.TABLE, T.TRANSFER_SLOT);
  transferStartUs = int(T.TABLE, T.TRANSFER_START_US);
  transferArriveUs = int(T.TABLE, T.TRANSFER_ARRIVE_US);
  transferLeftUs = int(T.TABLE, T.TRANSFER_LEFT_US);
  sentBy = int(T.TABLE, T.SENT_BY);
  flyingHead = int(T.TABLE, T.FLYING_HEAD);
  flyingTail = int(T.TABLE, T.FLYING_TAIL);
  eventUs = int(T.TABLE, T.EVENT_US);
  groupUs = int(T.TABLE, T.GROUP_US);
  together = int(T.TABLE, T.TOGETHER);
  delivering = int(T.TABLE, T.DELIVERING);
  orderNext = int(T.TABLE, T.ORDER_NEXT);
  flow = int(T.TABLE, T.FLOW);
  flowBytes = int(T.TABLE, T.FLOW_BYTES);
  flowRate = int(T.TABLE, T.FLOW_RATE);
  slotBytes = int(T.TABLE, T.SLOT_BYTES);
  linkBytesPerUs = int(T.TABLE, T.LINK_BYTES_PER_US);
  linkLeft = int(T.TABLE, T.LINK_LEFT);
  linkFlows = int(T.TABLE, T.LINK_FLOWS);
  stateBytes = int(T.TABLE, T.STATE_BYTES);
  snapshotBytes = int(T.TABLE, T.SNAPSHOT_BYTES);
  packedWidth = int(T.TABLE, T.PACKED_WIDTH);
  snapshots = int(T.TABLE, T.SNAPSHOTS);
  snapshotUs = int(T.TABLE, T.SNAPSHOT_US);
  snapshotLatestUs = int(T.TABLE, T.SNAPSHOT_LATEST_US);
  snapshotCapacity = int(T.TABLE, T.SNAPSHOT_CAPACITY);
  baseStartUs = int(T.TABLE, T.BASE_START_US);
  baseEndUs = int(T.TABLE, T.BASE_END_US);
  baseOpNext = int(T.TABLE, T.BASE_OP_NEXT);
  baseTransferNext = int(T.TABLE, T.BASE_TRANSFER_NEXT);
  baseTransferStartUs = int(T.TABLE, T.BASE_TRANSFER_START_US);
  baseTransferArriveUs = int(T.TABLE, T.BASE_TRANSFER_ARRIVE_US);
  moved = int(T.TABLE, T.MOVED);
  effectUs = int(T.TABLE, T.EFFECT_US);
  needUs = int(T.TABLE, T.NEED_US);
  needStart = int(T.TABLE, T.NEED_START);
  held = int(T.TABLE, T.HELD);
  readyHead = int(T.TABLE, T.READY_HEAD);
  readyChild = int(T.TABLE, T.READY_CHILD);
  turnWidth = int(T.TABLE, T.TURN_WIDTH);
  turnWaits = int(T.TABLE, T.TURN_WAITS);
  turnNext = int(T.TABLE, T.TURN_NEXT);
  turnStack = int(T.TABLE, T.TURN_STACK);
  hopLog = int(T.TABLE, T.HOP_LOG);
  hopLogUs = int(T.TABLE, T.HOP_LOG_US);
}

export function setDevice(placed: usize): void {
  device = placed;
}
