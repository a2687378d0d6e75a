/**
 * Forward ops in segments whose activations are computed again (Chen et al., "Training Deep Nets
 * with Sublinear Memory Cost", arXiv 1604.06174). A segment keeps what later segments read, and
 * recomputes the rest.
 *
 * Segments are the equal blocks of a network where it has some. Else they are stretches of the
 * topological order with equal kept bytes, as many as the square root of the number of ops.
 */
import { CONTROL, type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import { repeatedBlocks } from "../../../env/model/layers/repeated-blocks.ts";

/** Forward ops of each segment that run again, in the order of the forward pass. */
export function recomputeSegments(graph: OpGraph): number[][] {
  const { opCount, topologicalOrder, role } = graph;
  const segmentOf = new Int32Array(opCount).fill(-1);
  const blocks = repeatedBlocks(graph).flatMap((run) => run.blocks);
  const forward = Array.from(topologicalOrder).filter((v) => role[v] === Role.forward && hasInputs(graph, v));
  if (blocks.length > 0)
    for (const [block, ops] of blocks.entries()) for (const v of ops) segmentOf[v] = block;
  else stretches(graph, forward, segmentOf);
  const segments = new Map<number, number[]>();
  for (const v of forward) {
    if (segmentOf[v] === -1 || leavesSegment(graph, segmentOf, v)) continue;
    segments.set(segmentOf[v], [...(segments.get(segmentOf[v]) ?? []), v]);
  }
  return [...segments.values()];
}

/** Flags for the first segments: what they make would be kept longest. */
export function recomputeFlags(
  graph: OpGraph,
  segments: readonly (readonly number[])[],
  count: number,
): Uint8Array {
  const flags = new Uint8Array(graph.opCount);
  for (const segment of segments.slice(0, count)) for (const v of segment) flags[v] = 1;
  return flags;
}

const hasInputs = ({ inStart }: OpGraph, v: number): boolean => inStart[v] < inStart[v + 1];

const madeBytes = ({ outputStart, outputBytes }: OpGraph, v: number): number =>
  outputBytes.subarray(outputStart[v], outputStart[v + 1]).reduce((sum, bytes) => sum + bytes, 0);

function stretches(graph: OpGraph, forward: readonly number[], segmentOf: Int32Array): void {
  const count = Math.ceil(Math.sqrt(forward.length));
  const total = forward.reduce((sum, v) => sum + madeBytes(graph, v), 0);
  let before = 0;
  for (const v of forward) {
    segmentOf[v] = total > 0 ? Math.min(count - 1, Math.floor((count * before) / total)) : 0;
    before += madeBytes(graph, v);
  }
}

/** Whether a forward op of another segment reads what the op makes. */
function leavesSegment(graph: OpGraph, segmentOf: Int32Array, v: number): boolean {
  const { outStart, outEdge, edgeDestination, edgeOutput, role } = graph;
  for (let i = outStart[v]; i < outStart[v + 1]; i++) {
    const to = edgeDestination[outEdge[i]];
    if (edgeOutput[outEdge[i]] !== CONTROL && role[to] === Role.forward && segmentOf[to] !== segmentOf[v])
      return true;
  }
  return false;
}
