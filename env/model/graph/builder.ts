/**
 * The only way to make an `OpGraph`: declare ops and edges by name, then call `build()`.
 *
 * Every mistake throws one sentence that names the op and the field. Mistakes are an unknown or
 * duplicate op, an edge from an op to itself, a cycle, and an empty graph. So are NaN, a negative
 * or infinite number, and a byte count past 2^53. Edges may name ops that are declared later;
 * `build()` resolves them.
 */
import { InputError } from "../errors.ts";
import { CONTROL, type DataFeatures, type OpGraph, Role, type RoleName } from "./graph.ts";
import type { OpIteration } from "./iteration.ts";
import { checkIteration, checkTensors } from "./iteration-checks.ts";
import { checkSize, checkTable, MOST_EDGES, MOST_OPS, MOST_OUTPUTS } from "./limits.ts";
import { topologicalOrder } from "./topological-order.ts";

/** What can be declared of an op; everything but the name has a default. */
export interface OpSpec {
  readonly name: string;
  readonly type?: string;
  readonly role?: RoleName;
  /** FLOP, 2 per multiply-add. */
  readonly flops?: number;
  readonly bytesTouched?: number;
  readonly parameterBytes?: number;
  /** Scratch bytes held only while the op runs. */
  readonly workspaceBytes?: number;
  /** Bytes of each output port; default none. */
  readonly outputs?: readonly number[];
  /** Measured time in us by device kind; `*` holds for every kind. */
  readonly measuredUs?: Readonly<Record<string, number>>;
  /** Measured time in us to move the whole output between device and host. */
  readonly transferUs?: number;
  readonly supportedKinds?: readonly string[];
  /** Ops with the same label must share a device. */
  readonly colocation?: string;
  /** Name of the forward op of a backward or update op. */
  readonly twin?: string;
  /** What may be split of the op; by default nothing. */
  readonly iteration?: OpIteration;
  /** What cost models may learn its time from; by default nothing. */
  readonly dataFeatures?: DataFeatures;
}

export interface EdgeSpec {
  readonly from: string;
  readonly to: string;
  /** Output port of the source; default 0. */
  readonly output?: number;
  /** Bytes carried; default the bytes of the output port. */
  readonly bytes?: number;
}

export interface GraphBuilder {
  op(spec: OpSpec): GraphBuilder;
  /** A data edge. An output port that the source has not declared is an error. */
  edge(spec: EdgeSpec): GraphBuilder;
  /** An ordering without data. */
  control(from: string, to: string): GraphBuilder;
  build(): OpGraph;
}

const LARGEST_BYTES = 2 ** 53;

export interface GraphTraits {
  readonly dtype?: string;
  /** Samples of the batch; null by default. */
  readonly batch?: number | null;
}

export function graphBuilder({ dtype = "float32", batch = null }: GraphTraits = {}): GraphBuilder {
  if (batch !== null && !(Number.isInteger(batch) && batch >= 1))
    throw new InputError(`The graph's batch is ${batch}, expected a whole number of at least 1.`);
  const ops: OpSpec[] = [];
  const idOf = new Map<string, number>();
  const edges: DeclaredEdge[] = [];
  const kinds = new Set<string>();
  let outputs = 0;
  const add = (edge: DeclaredEdge) => {
    checkSize("edges", edges.length + 1, MOST_EDGES);
    edges.push(edge);
    return builder;
  };

  const builder: GraphBuilder = {
    op(spec) {
      if (typeof spec.name !== "string" || spec.name === "")
        throw new InputError(`Op number ${ops.length} has no name: "name" must be a non-empty string.`);
      if (idOf.has(spec.name))
        throw new InputError(`Op "${spec.name}" is declared twice; op names must be unique.`);
      checkOp(spec);
      outputs += spec.outputs?.length ?? 0;
      for (const kind of Object.keys(spec.measuredUs ?? {})) kinds.add(kind);
      checkSize("ops", ops.length + 1, MOST_OPS);
      checkSize("outputs", outputs, MOST_OUTPUTS);
      checkTable("The ops and the device kinds that they have measured times for", ops.length, kinds.size);
      idOf.set(spec.name, ops.length);
      ops.push(spec);
      return builder;
    },
    edge({ from, to, output = 0, bytes }) {
      if (!Number.isInteger(output) || output < 0)
        throw new InputError(
          `Edge "${from}" -> "${to}": output is ${output}, expected an integer of at least 0.`,
        );
      if (bytes !== undefined) checkBytes(`Edge "${from}" -> "${to}"`, "bytes", bytes);
      return add({ from, to, output, bytes });
    },
    control(from, to) {
      return add({ from, to, output: CONTROL, bytes: 0 });
    },
    build() {
      if (ops.length === 0) throw new InputError("The graph is empty: at least one op is needed.");
      return freeze({ dtype, batch }, ops, idOf, edges);
    },
  };
  return builder;
}

function checkOp(spec: OpSpec): void {
  const where = `Op "${spec.name}"`;
  checkShapes(where, spec);
  if (spec.role !== undefined && Role[spec.role] === undefined)
    throw new InputError(`${where}: role is "${spec.role}", expected forward, backward or update.`);
  checkNumber(where, "flops", spec.flops ?? 0);
  checkBytes(where, "bytesTouched", spec.bytesTouched ?? 0);
  checkBytes(where, "parameterBytes", spec.parameterBytes ?? 0);
  checkBytes(where, "workspaceBytes", spec.workspaceBytes ?? 0);
  for (const [port, bytes] of (spec.outputs ?? []).entries()) checkBytes(where, `outputs[${port}]`, bytes);
  for (const [kind, us] of Object.entries(spec.measuredUs ?? {}))
    checkNumber(where, `measuredUs.${kind}`, us);
  checkNumber(where, "transferUs", spec.transferUs ?? 0);
  for (const [name, value] of Object.entries(spec.dataFeatures ?? {}))
    checkNumber(where, `dataFeatures.${name}`, value);
  if (spec.iteration !== undefined) checkIteration(where, spec.iteration, spec);
  if (spec.supportedKinds?.length === 0)
    throw new InputError(
      `${where}: supportedKinds is empty, so no device could run it; leave it out for all kinds.`,
    );
}

/** Graphs also come from JavaScript and from graphology, where nothing has checked the types. */
function checkShapes(where: string, spec: OpSpec): void {
  for (const field of ["type", "colocation", "twin"] as const)
    if (spec[field] !== undefined && typeof spec[field] !== "string")
      throw new InputError(`${where}: ${field} is ${shown(spec[field])}, expected a string.`);
  if (spec.outputs !== undefined && !Array.isArray(spec.outputs))
    throw new InputError(`${where}: outputs is ${shown(spec.outputs)}, expected a list of bytes.`);
  const kinds: unknown = spec.supportedKinds ?? [];
  if (!Array.isArray(kinds) || kinds.some((kind) => typeof kind !== "string"))
    throw new InputError(`${where}: supportedKinds is ${shown(kinds)}, expected a list of device kinds.`);
  const measured: unknown = spec.measuredUs ?? {};
  if (!isRecord(measured))
    throw new InputError(`${where}: measuredUs is ${shown(measured)}, expected times in us by device kind.`);
  const features: unknown = spec.dataFeatures ?? {};
  if (!isRecord(features))
    throw new InputError(`${where}: dataFeatures is ${shown(features)}, expected numbers by name.`);
}

const isRecord = (value: unknown): boolean =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);

function checkNumber(where: string, field: string, value: number): void {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
    throw new InputError(`${where}: ${field} is ${value}, expected a finite number of at least 0.`);
}

function checkBytes(where: string, field: string, value: number): void {
  checkNumber(where, field, value);
  if (value > LARGEST_BYTES)
    throw new InputError(
      `${where}: ${field} is ${value} bytes, more than 2^53, past which sums are not exact.`,
    );
}

interface DeclaredEdge {
  readonly from: string;
  readonly to: string;
  readonly output: number;
  readonly bytes: number | undefined;
}

type Outputs = Pick<OpGraph, "outputStart" | "outputBytes">;

function freeze(
  traits: Required<GraphTraits>,
  ops: readonly OpSpec[],
  idOf: ReadonlyMap<string, number>,
  declared: readonly DeclaredEdge[],
): OpGraph {
  const outputs = outputColumns(ops);
  const edges = edgeColumns(ops.length, resolveEdges(declared, idOf, outputs));
  const { inStart, edgeDestination, edgeSource, outStart, outEdge } = edges;
  const { colocation, colocationCount } = colocationClasses(ops);
  const iterations = ops.some(({ iteration }) => iteration !== undefined)
    ? ops.map(({ iteration }) => iteration ?? null)
    : null;
  if (iterations !== null) checkTensors({ names: ops.map(({ name }) => name), iterations, ...edges });
  return {
    opCount: ops.length,
    edgeCount: declared.length,
    ...traits,
    names: ops.map((op) => op.name),
    types: ops.map((op) => op.type ?? "op"),
    role: Uint8Array.from(ops, (op) => Role[op.role ?? "forward"]),
    flops: Float64Array.from(ops, (op) => op.flops ?? 0),
    bytesTouched: Float64Array.from(ops, (op) => op.bytesTouched ?? 0),
    parameterBytes: Float64Array.from(ops, (op) => op.parameterBytes ?? 0),
    workspaceBytes: Float64Array.from(ops, (op) => op.workspaceBytes ?? 0),
    measuredUs: measuredTimes(ops),
    transferUs: ops.some((op) => op.transferUs !== undefined)
      ? Float64Array.from(ops, (op) => op.transferUs ?? Number.NaN)
      : null,
    supportedKinds: ops.map((op) => op.supportedKinds ?? null),
    colocation,
    colocationCount,
    twin: twins(ops, idOf),
    ...outputs,
    ...edges,
    iterations,
    dataFeatures: ops.some((op) => op.dataFeatures !== undefined)
      ? ops.map((op) => op.dataFeatures ?? null)
      : null,
    topologicalOrder: topologicalOrder(ops, inStart, edgeDestination, edgeSource, outStart, outEdge),
  };
}

function outputColumns(ops: readonly OpSpec[]): Outputs {
  const outputStart = new Int32Array(ops.length + 1);
  ops.forEach(({ outputs }, v) => {
    outputStart[v + 1] = outputStart[v] + (outputs?.length ?? 0);
  });
  return { outputStart, outputBytes: Float64Array.from(ops.flatMap((op) => [...(op.outputs ?? [])])) };
}

interface Edge {
  readonly source: number;
  readonly destination: number;
  readonly output: number;
  readonly bytes: number;
}

function resolveEdges(
  declared: readonly DeclaredEdge[],
  idOf: ReadonlyMap<string, number>,
  { outputStart, outputBytes }: Outputs,
): Edge[] {
  return declared.map(({ from, to, output, bytes }) => {
    const source = idOf.get(from);
    const destination = idOf.get(to);
    if (source === undefined)
      throw new InputError(`Edge "${from}" -> "${to}": source names the unknown op "${from}".`);
    if (destination === undefined)
      throw new InputError(`Edge "${from}" -> "${to}": destination names the unknown op "${to}".`);
    if (source === destination) throw new InputError(`Op "${from}": an edge leads from the op to itself.`);
    const ports = outputStart[source + 1] - outputStart[source];
    if (output >= ports)
      throw new InputError(
        `Edge "${from}" -> "${to}": output is ${output}, but op "${from}" declares ${ports} output${ports === 1 ? "" : "s"}.`,
      );
    const portBytes = output === CONTROL ? 0 : outputBytes[outputStart[source] + output];
    return { source, destination, output, bytes: bytes ?? portBytes };
  });
}

/** Edges consumer by consumer, and by producer. */
function edgeColumns(opCount: number, edges: readonly Edge[]) {
  const inStart = offsets(opCount, (count) => {
    for (const edge of edges) count(edge.destination);
  });
  const edgeSource = new Int32Array(edges.length);
  const edgeDestination = new Int32Array(edges.length);
  const edgeOutput = new Int32Array(edges.length);
  const edgeBytes = new Float64Array(edges.length);
  const nextIn = inStart.slice(0, opCount);
  for (const edge of edges) {
    const e = nextIn[edge.destination]++;
    edgeSource[e] = edge.source;
    edgeDestination[e] = edge.destination;
    edgeOutput[e] = edge.output;
    edgeBytes[e] = edge.bytes;
  }
  const outStart = offsets(opCount, (count) => {
    for (const source of edgeSource) count(source);
  });
  const outEdge = new Int32Array(edges.length);
  const nextOut = outStart.slice(0, opCount);
  for (let e = 0; e < edges.length; e++) outEdge[nextOut[edgeSource[e]]++] = e;
  return { inStart, edgeSource, edgeDestination, edgeOutput, edgeBytes, outStart, outEdge };
}

/** Prefix sums of how often `each` counts every index in 0..size-1. */
function offsets(size: number, each: (count: (index: number) => void) => void): Int32Array {
  const start = new Int32Array(size + 1);
  each((index) => start[index + 1]++);
  for (let i = 0; i < size; i++) start[i + 1] += start[i];
  return start;
}

function measuredTimes(ops: readonly OpSpec[]): ReadonlyMap<string, Float64Array> {
  const kinds = new Set(ops.flatMap((op) => Object.keys(op.measuredUs ?? {})));
  return new Map(
    [...kinds]
      .sort()
      .map((kind) => [kind, Float64Array.from(ops, (op) => op.measuredUs?.[kind] ?? Number.NaN)]),
  );
}

function colocationClasses(ops: readonly OpSpec[]): { colocation: Int32Array; colocationCount: number } {
  const classOf = new Map<string, number>();
  const colocation = Int32Array.from(ops, ({ colocation: label }) => {
    if (label === undefined) return -1;
    const known = classOf.get(label);
    if (known !== undefined) return known;
    classOf.set(label, classOf.size);
    return classOf.size - 1;
  });
  return { colocation, colocationCount: classOf.size };
}

/** A forward op's twin is the first backward op that names it. */
function twins(ops: readonly OpSpec[], idOf: ReadonlyMap<string, number>): Int32Array {
  const twin = new Int32Array(ops.length).fill(-1);
  ops.forEach((op, v) => {
    if (op.twin === undefined) return;
    const forward = idOf.get(op.twin);
    if (forward === undefined)
      throw new InputError(`Op "${op.name}": twin names the unknown op "${op.twin}".`);
    if (forward === v) throw new InputError(`Op "${op.name}": twin names the op itself.`);
    twin[v] = forward;
    if (op.role === "backward" && twin[forward] === -1 && ops[forward].twin === undefined) twin[forward] = v;
  });
  return twin;
}
