/**
 * Blocks of a graph that are equal and follow each other, such as the layers of a Transformer,
 * found by structure alone. A planner plans one block of a run and repeats the plan.
 *
 * The forward ops are a sequence in topological order. In a run of period p each op equals the op p
 * places later, in type, work, sizes, dimensions and inputs. Equal inputs come from the same place
 * of the block or of the one before. Or they come from one op outside that all blocks read, such as
 * a mask. Backward and update ops follow their forward twins.
 *
 * Post: runs do not share ops. All blocks of a run have equal ops at equal positions, and equal
 * edges between them. Edges from outside a block may differ among its backward ops.
 */
import { CONTROL, type OpGraph, Role } from "../graph/graph.ts";

export interface RepeatedRun {
  /** Ops of each block, in corresponding order. */
  readonly blocks: readonly Int32Array[];
}

/** Periods that are tried at a place; a network has few kinds of blocks. */
const MOST_PERIODS = 24;

export function repeatedBlocks(graph: OpGraph): readonly RepeatedRun[] {
  const kinds = kindsOfOps(graph);
  const ops = graph.topologicalOrder.filter((v) => graph.role[v] === Role.forward);
  const place = new Int32Array(graph.opCount).fill(-1);
  ops.forEach((v, i) => {
    place[v] = i;
  });
  const runs = forwardRuns({ graph, kinds, ops, place });
  const blockOf = new Int32Array(graph.opCount).fill(-1);
  let blocks = 0;
  const numbered = runs.map(({ start, period, count }) =>
    Array.from({ length: count }, (_, b) => {
      for (let i = 0; i < period; i++) blockOf[ops[start + b * period + i]] = blocks;
      return blocks++;
    }),
  );
  followTwins(graph, blockOf);
  const members: number[][] = Array.from({ length: blocks }, () => []);
  for (const v of graph.topologicalOrder) if (blockOf[v] !== -1) members[blockOf[v]].push(v);
  return numbered.flatMap((run) =>
    equalStretches(
      graph,
      kinds,
      run.map((b) => members[b]),
    ),
  );
}

/** A number for each different kind of op. */
function kindsOfOps(graph: OpGraph): Int32Array {
  const numberOf = new Map<string, number>();
  return Int32Array.from({ length: graph.opCount }, (_, v) => {
    const times = [...graph.measuredUs.values()].map((us) => us[v]);
    const own = [graph.types[v], graph.role[v], graph.flops[v], graph.bytesTouched[v]];
    const held = [graph.parameterBytes[v], graph.workspaceBytes[v], graph.transferUs?.[v], ...times];
    const outputs = [...graph.outputBytes.subarray(graph.outputStart[v], graph.outputStart[v + 1])];
    const rest = [outputs, graph.supportedKinds[v], graph.iterations?.[v]];
    const key = JSON.stringify([...own, ...held, ...rest]);
    if (!numberOf.has(key)) numberOf.set(key, numberOf.size);
    return numberOf.get(key)!;
  });
}

interface Stretch {
  readonly start: number;
  readonly period: number;
  readonly count: number;
}

/** The forward ops in order, with what a search for runs needs of them. */
interface Sequence {
  readonly graph: OpGraph;
  readonly kinds: Int32Array;
  readonly ops: Int32Array;
  /** Of each op, -1 for others. */
  readonly place: Int32Array;
}

/**
 * From left to right, at each place the period whose blocks cover most; of equal ones the shortest.
 */
function forwardRuns(sequence: Sequence): readonly Stretch[] {
  const { ops } = sequence;
  const periods = frequentGaps(sequence).map((period) => ({ period, alike: alikeLengths(sequence, period) }));
  const runs: Stretch[] = [];
  let i = 0;
  while (i < ops.length) {
    let best: Stretch & { readonly matched: number } = { start: i, period: 1, count: 1, matched: 0 };
    for (const { period, alike } of periods) {
      if (alike[i] < period) continue;
      const matched = matchedLength(sequence, i, period, alike[i]);
      const count = Math.floor(matched / period) + 1;
      const more = count * period - best.count * best.period;
      if (count >= 2 && (best.count === 1 || more > 0 || (more === 0 && period < best.period)))
        best = { start: i, period, count, matched };
    }
    const run = best.count === 1 ? best : narrowest(sequence, best, best.matched);
    if (run.count > 1) runs.push(run);
    i = run.start + run.count * run.period;
  }
  return runs;
}

/**
 * The commonest distances between an op and the next one that is of its kind and reads the same
 * weights, most frequent first.
 */
function frequentGaps({ graph, kinds, ops }: Sequence): number[] {
  const { inStart, edgeSource } = graph;
  const last = new Map<string, number>();
  const count = new Map<number, number>();
  ops.forEach((v, i) => {
    const sources = edgeSource.subarray(inStart[v], inStart[v + 1]);
    const key = [kinds[v], ...sources.filter((u) => inStart[u] === inStart[u + 1])].join();
    const before = last.get(key);
    if (before !== undefined) count.set(i - before, (count.get(i - before) ?? 0) + 1);
    last.set(key, i);
  });
  const gaps = [...count].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return gaps.slice(0, MOST_PERIODS).map(([gap]) => gap);
}

/** How many ops from each place on are of the kind of those a period later. */
function alikeLengths({ kinds, ops }: Sequence, period: number): Int32Array {
  const lengths = new Int32Array(ops.length + 1);
  for (let i = ops.length - period - 1; i >= 0; i--)
    lengths[i] = kinds[ops[i]] === kinds[ops[i + period]] ? lengths[i + 1] + 1 : 0;
  return lengths;
}

/** How many ops from `start` on also have inputs that equal those a period later. */
function matchedLength({ graph, ops, place }: Sequence, start: number, period: number, most: number): number {
  let matched = 0;
  while (matched < most) {
    const i = start + matched;
    const agree = (a: number, b: number) => {
      if (a === b) return place[a] < start && "outside";
      if (place[a] >= start) return place[b] - place[a] === period && "inside";
      // The first block reads from before the run what the second reads from the first.
      return matched < period && place[b] >= start && place[b] < start + period && "outside";
    };
    if (!equalInputs(graph, ops[i], ops[i + period], agree)) break;
    matched++;
  }
  return matched;
}

/**
 * Blocks may begin at several places; the fewest bytes then pass from the first block to the
 * second.
 */
function narrowest(sequence: Sequence, { start, period, count }: Stretch, matched: number): Stretch {
  const slack = matched + period - count * period;
  const bytes = cutBytes(sequence, start, start + slack + period);
  let [best, least] = [start, Number.POSITIVE_INFINITY];
  for (let from = start; from <= start + slack; from++) {
    const passed = bytes[from + period - start];
    if (passed < least) [best, least] = [from, passed];
  }
  return { start: best, period, count };
}

/** Bytes of forward tensors made from `start` on that are read at or after each place. */
function cutBytes({ graph, ops, place }: Sequence, start: number, end: number): Float64Array {
  const { outStart, outEdge, edgeOutput, edgeBytes, edgeDestination } = graph;
  const steps = new Float64Array(end - start + 2);
  for (let i = start; i < end; i++) {
    const reads = new Map<number, { readonly last: number; readonly bytes: number }>();
    for (let j = outStart[ops[i]]; j < outStart[ops[i] + 1]; j++) {
      const e = outEdge[j];
      const last = Math.max(place[edgeDestination[e]], reads.get(edgeOutput[e])?.last ?? i);
      reads.set(edgeOutput[e], { last, bytes: edgeBytes[e] });
    }
    for (const { last, bytes } of reads.values()) {
      steps[i + 1 - start] += bytes;
      steps[Math.min(last, end) + 1 - start] -= bytes;
    }
  }
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return sum;
  });
}

/**
 * Whether inputs are equal edge by edge, from sources that `agree`. Outputs of one op, such as the
 * steps of a sequence, may differ where they come from outside the blocks.
 */
function equalInputs(
  { inStart, edgeSource, edgeOutput, edgeBytes }: OpGraph,
  v: number,
  w: number,
  agree: (a: number, b: number) => "inside" | "outside" | false,
): boolean {
  const count = inStart[v + 1] - inStart[v];
  if (count !== inStart[w + 1] - inStart[w]) return false;
  for (let i = 0; i < count; i++) {
    const [e, f] = [inStart[v] + i, inStart[w] + i];
    const place = agree(edgeSource[e], edgeSource[f]);
    const samePort = edgeOutput[e] === edgeOutput[f];
    const bothData = edgeOutput[e] !== CONTROL && edgeOutput[f] !== CONTROL;
    if (place === false || edgeBytes[e] !== edgeBytes[f]) return false;
    if (!samePort && (place === "inside" || !bothData)) return false;
  }
  return true;
}

/**
 * Backward and update ops are in the block of their twin. A sum of gradients has none; it is in the
 * first block that it gets a gradient from, where the summed tensor is read.
 */
function followTwins(graph: OpGraph, blockOf: Int32Array): void {
  const { topologicalOrder, role, twin, inStart, edgeSource } = graph;
  for (const v of topologicalOrder)
    if (role[v] !== Role.forward && twin[v] !== -1) blockOf[v] = blockOf[twin[v]];
  for (const v of topologicalOrder) {
    if (role[v] === Role.forward || twin[v] !== -1) continue;
    for (let e = inStart[v]; e < inStart[v + 1]; e++) {
      const block = blockOf[edgeSource[e]];
      if (block !== -1 && (blockOf[v] === -1 || block < blockOf[v])) blockOf[v] = block;
    }
  }
}

/**
 * Neighbouring blocks that are equal with all their ops; blocks without an equal neighbour drop
 * out.
 */
function equalStretches(
  graph: OpGraph,
  kinds: Int32Array,
  blocks: readonly (readonly number[])[],
): readonly RepeatedRun[] {
  const runs: RepeatedRun[] = [];
  let start = 0;
  for (let b = 1; b <= blocks.length; b++) {
    if (b < blocks.length && equalBlocks(graph, kinds, blocks[b - 1], blocks[b])) continue;
    if (b - start >= 2) runs.push({ blocks: blocks.slice(start, b).map((ops) => Int32Array.from(ops)) });
    start = b;
  }
  return runs;
}

/**
 * Equal ops at equal positions, and equal edges within. Backward ops run in the blocks' own order.
 */
function equalBlocks(graph: OpGraph, kinds: Int32Array, a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const positionIn = (ops: readonly number[]) => new Map(ops.map((v, i) => [v, i]));
  const [inA, inB] = [positionIn(a), positionIn(b)];
  const agree = (s: number, t: number) => {
    const place = inA.get(s);
    return place === inB.get(t) && (place === undefined ? "outside" : "inside");
  };
  return a.every((v, i) => kinds[v] === kinds[b[i]] && equalInputs(graph, v, b[i], agree));
}
