/**
 * Starts the simulator kernel for one compiled scenario: lays its memory out, fills the table, and
 * gives the kernel's functions. The memory holds all there is to know, so a copy of it starts an
 * equal kernel elsewhere (parallel.ts).
 */
import type { Fidelity } from "../../../model/fidelity/fidelity.ts";
import type { Compiled } from "../compile.ts";
import { engineWasm } from "./engine-wasm.ts";
import * as at from "./layout.ts";
import { type KernelMemory, planKernelMemory } from "./memory.ts";
import { wasm } from "./webassembly.ts";

export interface KernelExports {
  init(): void;
  run(placed: number): number;
  runOrdered(placed: number): number;
  runReady(placed: number): number;
  record(placed: number): number;
  rerun(placed: number, movedCount: number, effectCount: number): number;
  runBatch(placed: number, count: number, out: number): void;
  loggedHops(): number;
}

export interface Kernel {
  readonly memory: KernelMemory;
  readonly exports: KernelExports;
}

/** Most placements that one call of the kernel simulates. */
export const BATCH = 16;
/** In the kernel's numbering. */
const multicastModes: readonly Fidelity["multicast"][] = ["free", "per-device", "per-consumer"];
const contentionModes: readonly Fidelity["contention"][] = ["none", "queue", "fair"];
/** Event sources that the kernel scans at once. */
const GROUP = 64;

export interface KernelRoom {
  /** Hops that may be logged; by default none are. */
  readonly hops?: number;
  /** Copies of the state that a recorded run may leave; by default no run can be recorded. */
  readonly snapshots?: number;
}

export function startKernel(compiled: Compiled, room: KernelRoom = {}): Kernel {
  const memory = fillMemory(compiled, room);
  const { exports } = new wasm.Instance(kernelModule(), { env: { memory: memory.memory } });
  const kernel = exports as KernelExports;
  kernel.init();
  return { memory, exports: kernel };
}

let compiledKernel: object | undefined;

export function kernelModule(): object {
  compiledKernel ??= new wasm.Module(Buffer.from(engineWasm, "base64"));
  return compiledKernel;
}

function fillMemory(compiled: Compiled, { hops = 0, snapshots = 0 }: KernelRoom): KernelMemory {
  const { opCount, deviceCount, linkCount, fidelity, slotProducer, slotLocal, depStart } = compiled;
  const depCount = depStart[opCount];
  const shares = fidelity.contention === "fair";
  const readyDispatch = fidelity.dispatch === "ready";
  // The end of a sharing transfer is one source, the next look of each device for work another.
  const sourceCount =
    deviceCount + linkCount + (shares || readyDispatch ? 1 : 0) + (readyDispatch ? deviceCount : 0);
  const groupCount = Math.ceil(sourceCount / GROUP);
  const roots = Int32Array.from(compiled.waitsFor.keys()).filter((v) => compiled.waitsFor[v] === 0);
  const devices = deviceTypes(compiled);
  const speeds = [...new Set(compiled.linkBytesPerUs)];
  const sentByCount =
    (slotLocal.reduce((most, local) => Math.max(most, local), 0) + 1) *
    (fidelity.multicast === "free" ? 1 : deviceCount);

  const turnWidth = fidelity.transferOrder === "plan" ? longestRoute(compiled) : 0;

  const plan = planKernelMemory();
  plan.ints(at.DEP_START, depStart);
  plan.ints(at.DEP, interleave([compiled.depConsumer, compiled.depSlot]));
  plan.ints(at.RELEASE, interleave([compiled.releaseConsumer, compiled.releaseSlot]));
  plan.ints(at.WAITS_FOR, compiled.waitsFor);
  plan.ints(at.OP_ORDER, compiled.opRank);
  plan.ints(
    at.LINK_ORDER,
    compiled.linkRank.map((rank) => opCount + rank),
  );
  plan.ints(
    at.DEVICE_ORDER,
    compiled.deviceRank.map((rank) => opCount + linkCount + rank),
  );
  plan.floats(at.RUN_US, interleave(devices.runUs));
  plan.ints(at.DEVICE_TYPE, devices.typeOf);
  plan.floats(
    at.SLOT_US,
    interleave(speeds.map((speed) => compiled.slotBytes.map((bytes) => bytes / speed))),
  );
  plan.ints(at.SLOT_LOCAL, slotLocal);
  plan.ints(at.SLOT_PRODUCER, slotProducer);
  plan.ints(
    at.LINK_TYPE,
    Array.from(compiled.linkBytesPerUs, (speed) => speeds.indexOf(speed)),
  );
  plan.floats(at.LATENCY_US, compiled.linkLatencyUs);
  plan.ints(at.ROUTE_START, compiled.routeStart);
  plan.ints(at.ROUTE_LINK, compiled.routeLink);
  plan.ints(at.ROOTS, roots);
  plan.roomForFloats(opCount, at.START_US, at.END_US);
  plan.roomForInts(paddedCount(opCount), at.PENDING);
  // One block, which a recorded run copies as a whole: from DEVICE_FREE_US to GROUP_US.
  plan.roomForFloats(deviceCount, at.DEVICE_FREE_US);
  plan.roomForFloats(linkCount, at.LINK_FREE_US);
  plan.roomForInts(deviceCount, at.RUNNING_HEAD, at.RUNNING_TAIL);
  plan.roomForInts(linkCount, at.FLYING_HEAD, at.FLYING_TAIL);
  plan.roomForFloats(groupCount * GROUP, at.EVENT_US);
  plan.roomForFloats(groupCount, at.GROUP_US);
  plan.roomForInts(opCount, at.OP_NEXT, at.ORDER_NEXT, at.MOVED);
  plan.roomForInts(depCount, at.TRANSFER_NEXT, at.TRANSFER_HOP, at.TRANSFER_TO, at.TRANSFER_SLOT);
  plan.roomForFloats(depCount, at.TRANSFER_START_US, at.TRANSFER_ARRIVE_US, at.TRANSFER_LEFT_US);
  plan.roomForInts(sentByCount, at.SENT_BY);
  plan.roomForInts(sourceCount, at.TOGETHER, at.DELIVERING);
  plan.roomForInts(readyDispatch ? deviceCount : 0, at.READY_HEAD);
  plan.roomForInts(readyDispatch ? opCount : 0, at.READY_CHILD);
  plan.roomForInts(turnWidth === 0 ? 0 : depCount, at.TURN_WAITS);
  plan.roomForInts(turnWidth * depCount, at.TURN_NEXT);
  plan.roomForInts(turnWidth * depCount + 1, at.TURN_STACK);
  plan.roomForInts(2 * hops, at.HOP_LOG);
  plan.roomForFloats(3 * hops, at.HOP_LOG_US);
  plan.floats(at.SLOT_BYTES, compiled.slotBytes);
  plan.floats(at.LINK_BYTES_PER_US, compiled.linkBytesPerUs);
  plan.roomForInts(shares ? depCount : 0, at.FLOW);
  plan.roomForFloats(shares ? depCount : 0, at.FLOW_BYTES, at.FLOW_RATE);
  plan.roomForFloats(linkCount, at.LINK_LEFT);
  plan.roomForInts(linkCount, at.LINK_FLOWS);
  const stateBytes = plan.bytesBetween(at.DEVICE_FREE_US, at.OP_NEXT);
  const packedWidth = compiled.waitsFor.every((count) => count <= 255) ? 1 : 4;
  const snapshotBytes = stateBytes + packedWidth * paddedCount(opCount);
  const [recordedOps, recordedTransfers] = snapshots === 0 ? [0, 0] : [opCount, depCount];
  plan.roomForInts((snapshots * snapshotBytes) / Int32Array.BYTES_PER_ELEMENT, at.SNAPSHOTS);
  plan.roomForFloats(snapshots, at.SNAPSHOT_US, at.SNAPSHOT_LATEST_US);
  plan.roomForFloats(recordedOps, at.BASE_START_US, at.BASE_END_US, at.EFFECT_US);
  plan.roomForInts(recordedOps, at.BASE_OP_NEXT, at.HELD);
  plan.roomForInts(recordedOps + 1, at.NEED_START);
  plan.roomForInts(recordedTransfers, at.BASE_TRANSFER_NEXT);
  plan.roomForFloats(recordedTransfers, at.BASE_TRANSFER_START_US, at.BASE_TRANSFER_ARRIVE_US, at.NEED_US);
  plan.roomForInts(BATCH * opCount, at.PLACEMENTS);
  plan.roomForFloats(BATCH, at.MAKESPANS);
  const memory = plan.build();

  const { table } = memory;
  table[at.OP_COUNT] = opCount;
  table[at.DEVICE_COUNT] = deviceCount;
  table[at.LINK_COUNT] = linkCount;
  table[at.ROOT_COUNT] = roots.length;
  table[at.MULTICAST] = multicastModes.indexOf(fidelity.multicast);
  table[at.CUT_THROUGH] = fidelity.routing === "cut-through" ? 1 : 0;
  table[at.CONTENTION] = contentionModes.indexOf(fidelity.contention);
  table[at.BLOCKING] = fidelity.overlap ? 0 : 1;
  table[at.GROUP_COUNT] = groupCount;
  table[at.DEVICE_TYPE_COUNT] = devices.runUs.length;
  table[at.LINK_TYPE_COUNT] = speeds.length;
  table[at.SAME_ORDER] = compiled.releaseConsumer.every((consumer, i) => consumer === compiled.depConsumer[i])
    ? 1
    : 0;
  table[at.LAST_EVENT] = fidelity.makespan === "last-event" ? 1 : 0;
  table[at.SENT_BY_COUNT] = sentByCount;
  if (hops === 0) table[at.HOP_LOG] = 0;
  table[at.READY_DISPATCH] = readyDispatch ? 1 : 0;
  table[at.TURN_WIDTH] = turnWidth;
  table[at.STATE_BYTES] = stateBytes;
  table[at.SNAPSHOT_BYTES] = snapshotBytes;
  table[at.PACKED_WIDTH] = packedWidth;
  table[at.SNAPSHOT_CAPACITY] = snapshots;
  const floats = new Float64Array(memory.memory.buffer, at.FLOATS);
  floats[at.OP_GAP_US] = fidelity.opGapUs;
  floats[at.TRANSFER_GAP_US] = fidelity.transferGapUs;
  floats[at.FIRST_US] = fidelity.startUs;
  return memory;
}

/** Ops are packed and unpacked 16 at a time. */
const paddedCount = (opCount: number): number => Math.ceil(opCount / 16) * 16;

/** Links of the longest route. */
export function longestRoute({ routeStart }: Compiled): number {
  let longest = 0;
  for (let pair = 0; pair + 1 < routeStart.length; pair++)
    longest = Math.max(longest, routeStart[pair + 1] - routeStart[pair]);
  return longest;
}

/**
 * Devices on which every op takes the same time share one column of run times, so that the columns
 * stay in cache.
 */
function deviceTypes({ runUs, opCount, deviceCount }: Compiled): {
  typeOf: Int32Array;
  runUs: Float64Array[];
} {
  const columns: Float64Array[] = [];
  const typeOf = Int32Array.from({ length: deviceCount }, (_, d) => {
    const column = Float64Array.from({ length: opCount }, (_, v) => runUs[v * deviceCount + d]);
    const known = columns.findIndex((other) => other.every((us, v) => us === column[v]));
    return known === -1 ? columns.push(column) - 1 : known;
  });
  return { typeOf, runUs: columns };
}

/** Row after row of what the columns hold at one index. */
function interleave<T extends Int32Array | Float64Array>(columns: readonly T[]): number[] {
  if (columns.length === 0) return [];
  return Array.from(columns[0], (_, i) => columns.map((column) => column[i])).flat();
}
