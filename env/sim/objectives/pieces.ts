/**
 * The pieces in which the latency objective runs the ops of a plan. An op on a CPU is a piece of
 * its own. The ops of an accelerator are one piece where they are *contiguous*: no path leaves them
 * and comes back. Else they are cut by
 *
 *   number(v) = max over producers u of v: number(u) + [u is not on the accelerator]
 *
 * (0 without producers), the rule of the program published with Tarnawski et al. (NeurIPS 2020).
 * Ops of one number are one piece, and an accelerator runs its pieces by number. Numbers never fall
 * along an edge, and they rise on every path that leaves and comes back. So each piece is
 * contiguous.
 */
import { isCpu } from "../../model/cluster/cluster.ts";
import type { OpGraph } from "../../model/graph/graph.ts";
import type { Scenario } from "../../model/scenario.ts";

/** The pieces of a plan as lists; -1 ends a list. */
interface PieceLists {
  /** Piece of each op, shape [opCount]. */
  readonly pieceOf: Int32Array;
  /** The ops of a piece in topological order: firstOp[piece], then nextOp[op]. */
  readonly firstOp: Int32Array;
  readonly nextOp: Int32Array;
  readonly deviceOf: Int32Array;
  /**
   * The pieces of an accelerator in the order in which they run: firstPiece[device], then
   * nextPiece[piece].
   */
  readonly firstPiece: Int32Array;
  readonly nextPiece: Int32Array;
}

/** The pieces of the last plan that was cut; the arrays are reused. */
export interface Pieces extends PieceLists {
  /** Cuts a plan; returns the number of pieces. */
  cut(device: Int32Array): number;
  /**
   * Moves ops of a piece into the new piece `part`. They are the ops for which `belongs` holds,
   * asked in topological order.
   */
  split(piece: number, part: number, belongs: (op: number) => boolean): void;
}

const NONE = -1;

export function createPieces({ graph, cluster }: Scenario): Pieces {
  const { opCount, topologicalOrder } = graph;
  const deviceCount = cluster.devices.length;
  const onCpu = cluster.devices.map(isCpu);
  // A split leaves an old piece and makes a new one of at least one op.
  const mostPieces = 2 * opCount;
  const lists: PieceLists = {
    pieceOf: new Int32Array(opCount),
    firstOp: new Int32Array(mostPieces),
    nextOp: new Int32Array(opCount),
    deviceOf: new Int32Array(mostPieces),
    firstPiece: new Int32Array(deviceCount),
    nextPiece: new Int32Array(mostPieces),
  };
  const { pieceOf, firstOp, nextOp, deviceOf, firstPiece, nextPiece } = lists;
  const extents: Extents = { first: new Int32Array(deviceCount), last: new Int32Array(deviceCount) };
  const { first, last } = extents;
  const isContiguous = contiguityTest(graph, extents);
  let pieceCount = 0;
  const newPiece = (d: number): number => {
    deviceOf[pieceCount] = d;
    firstOp[pieceCount] = NONE;
    nextPiece[pieceCount] = NONE;
    return pieceCount++;
  };
  const cutByNumber = numberCutter(graph, extents, lists, newPiece);

  const onePiece = (d: number, device: Int32Array): void => {
    firstPiece[d] = newPiece(d);
    for (let position = first[d]; position <= last[d]; position++)
      if (device[topologicalOrder[position]] === d) pieceOf[topologicalOrder[position]] = firstPiece[d];
  };

  const cut = (device: Int32Array): number => {
    pieceCount = 0;
    firstPiece.fill(NONE);
    findExtents(graph, device, extents);
    for (let d = 0; d < deviceCount; d++) {
      if (onCpu[d] || last[d] === NONE) continue;
      if (isContiguous(d, device)) onePiece(d, device);
      else cutByNumber(d, device);
    }
    for (let v = 0; v < opCount; v++) if (onCpu[device[v]]) pieceOf[v] = newPiece(device[v]);
    for (let position = opCount - 1; position >= 0; position--) {
      const v = topologicalOrder[position];
      nextOp[v] = firstOp[pieceOf[v]];
      firstOp[pieceOf[v]] = v;
    }
    return pieceCount;
  };

  return { ...lists, cut, split: (piece, part, belongs) => splitPiece(lists, piece, part, belongs) };
}

/** Positions in the topological order where the ops of each device begin and end. */
interface Extents {
  readonly first: Int32Array;
  readonly last: Int32Array;
}

function findExtents(
  { opCount, topologicalOrder }: OpGraph,
  device: Int32Array,
  { first, last }: Extents,
): void {
  first.fill(opCount);
  last.fill(NONE);
  topologicalOrder.forEach((v, position) => {
    first[device[v]] = Math.min(first[device[v]], position);
    last[device[v]] = position;
  });
}

/** Tells whether no path leaves the ops of device d and comes back. */
function contiguityTest(
  { opCount, inStart, edgeSource, topologicalOrder }: OpGraph,
  { first, last }: Extents,
): (d: number, device: Int32Array) => boolean {
  const hasLeft = new Uint8Array(opCount);
  return (d, device) => {
    hasLeft.fill(0);
    for (let position = first[d]; position <= last[d]; position++) {
      const v = topologicalOrder[position];
      for (let e = inStart[v]; e < inStart[v + 1]; e++) {
        const u = edgeSource[e];
        if (device[u] === d && device[v] !== d) hasLeft[v] = 1;
        if (device[u] === d || hasLeft[u] === 0) continue;
        if (device[v] === d) return false;
        hasLeft[v] = 1;
      }
    }
    return true;
  };
}

/** Cuts the ops of a device by their numbers. */
function numberCutter(
  { opCount, inStart, edgeSource, topologicalOrder }: OpGraph,
  { first, last }: Extents,
  { pieceOf, firstPiece, nextPiece }: PieceLists,
  newPiece: (d: number) => number,
): (d: number, device: Int32Array) => void {
  const number = new Int32Array(opCount);
  const pieceOfNumber = new Int32Array(opCount + 1);

  const numberOps = (d: number, device: Int32Array): number => {
    let largest = 0;
    for (let position = 0; position <= last[d]; position++) {
      const v = topologicalOrder[position];
      number[v] = 0;
      for (let e = inStart[v]; e < inStart[v + 1]; e++) {
        const u = edgeSource[e];
        number[v] = Math.max(number[v], number[u] + (device[u] === d ? 0 : 1));
      }
      largest = Math.max(largest, number[v]);
    }
    return largest;
  };

  return (d, device) => {
    const largest = numberOps(d, device);
    pieceOfNumber.fill(NONE, 0, largest + 1);
    for (let position = first[d]; position <= last[d]; position++) {
      const v = topologicalOrder[position];
      if (device[v] !== d) continue;
      if (pieceOfNumber[number[v]] === NONE) pieceOfNumber[number[v]] = newPiece(d);
      pieceOf[v] = pieceOfNumber[number[v]];
    }
    for (let n = largest; n >= 0; n--) {
      if (pieceOfNumber[n] === NONE) continue;
      nextPiece[pieceOfNumber[n]] = firstPiece[d];
      firstPiece[d] = pieceOfNumber[n];
    }
  };
}

function splitPiece(
  { pieceOf, firstOp, nextOp, deviceOf, nextPiece }: PieceLists,
  piece: number,
  part: number,
  belongs: (op: number) => boolean,
): void {
  deviceOf[part] = deviceOf[piece];
  nextPiece[part] = NONE;
  const end = { [piece]: NONE, [part]: NONE };
  let v = firstOp[piece];
  firstOp[piece] = NONE;
  firstOp[part] = NONE;
  while (v !== NONE) {
    const next = nextOp[v];
    if (belongs(v)) pieceOf[v] = part;
    const to = pieceOf[v];
    if (end[to] === NONE) firstOp[to] = v;
    else nextOp[end[to]] = v;
    end[to] = v;
    nextOp[v] = NONE;
    v = next;
  }
}
