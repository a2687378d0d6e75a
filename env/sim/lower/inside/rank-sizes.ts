/**
 * What a rank of each stage with a mesh inside holds, sends and gets. All ranks of a stage have
 * padded parts of one length, unless the plan or a halo makes parts of other lengths. Then each
 * rank has sizes of its own.
 */
import { CONTROL, type OpGraph } from "../../../model/graph/graph.ts";
import { type Layout, localShare, rankShare } from "../../../model/layout/layout.ts";
import { rankCount } from "../../../model/layout/mesh.ts";
import { dataEdges } from "../../../model/plan/sharding.ts";
import type { TensorSizes } from "../costs/parcels.ts";
import type { ShardedProgram } from "../sharding/instructions.ts";
import type { StageProgram } from "./stage-program.ts";

export interface RankSizes extends TensorSizes {
  /** Of each stage, what a rank holds of weights and of each number of the optimizer. */
  readonly weightBytes: Float64Array;
  readonly optimizerBytes: Float64Array;
}

/** Of each stage; null without a mesh. */
type Programs = readonly (StageProgram | null)[];

/** Of parts of different lengths the longest. */
export const longestSizes = (graph: OpGraph, programs: Programs): RankSizes =>
  sizesOf(
    graph,
    programs,
    ({ program: { sizes } }) =>
      (shape, layout) =>
        localShare(shape, layout, sizes),
  );

/**
 * The sizes of each rank, up to the most ranks of a stage; null where all parts are equal ones. Of
 * a stage with fewer ranks they are the longest, for none to read.
 */
export function sizesByRank(graph: OpGraph, programs: Programs): readonly RankSizes[] | null {
  if (!programs.some((stage) => stage !== null && hasRanges(stage.program))) return null;
  const counts = programs.map((stage) => (stage === null ? 1 : rankCount(stage.program.sizes)));
  return Array.from({ length: Math.max(...counts) }, (_, rank) =>
    sizesOf(
      graph,
      programs,
      ({ program: { sizes } }) =>
        (shape, layout) =>
          rank < rankCount(sizes) ? rankShare(shape, layout, sizes, rank) : localShare(shape, layout, sizes),
    ),
  );
}

const hasRanges = ({ values, weights }: ShardedProgram): boolean =>
  values.some(({ layout }) => layout.ranges !== undefined) ||
  weights.some(({ optimizer }) => optimizer.ranges !== undefined);

/** The share of a whole tensor that a rank has. */
type Share = (shape: readonly number[], layout: Layout) => number;

function sizesOf(graph: OpGraph, programs: Programs, shareIn: (stage: StageProgram) => Share): RankSizes {
  const weightBytes = new Float64Array(programs.length);
  const optimizerBytes = new Float64Array(programs.length);
  const outputBytes = graph.outputBytes.slice();
  const edgeBytes = graph.edgeBytes.slice();
  programs.forEach((stage, number) => {
    if (stage === null) return;
    const share = shareIn(stage);
    const { values, weights } = stage.program;
    for (const { value, optimizer } of weights) {
      const { op, bytes, shape, layout } = values[value];
      if (stage.ops.outside[op] === 1) continue;
      weightBytes[number] += bytes * share(shape, layout);
      optimizerBytes[number] += bytes * share(shape, optimizer);
    }
    addOutputs(graph, stage, share, outputBytes);
    addEdges(graph, stage, share, edgeBytes);
  });
  return { weightBytes, optimizerBytes, outputBytes, edgeBytes };
}

/** What a rank holds of the outputs of its ops, in each layout that later units use. */
function addOutputs(
  graph: OpGraph,
  { program: { values }, held, rootOf, ops }: StageProgram,
  share: Share,
  outputBytes: Float64Array,
): void {
  const isSet = new Uint8Array(outputBytes.length);
  for (const value of held) {
    const { op, output, bytes, shape, layout } = values[rootOf[value]];
    if (output < 0 || ops.outside[op] === 1) continue;
    const port = graph.outputStart[op] + output;
    outputBytes[port] = (isSet[port] === 1 ? outputBytes[port] : 0) + bytes * share(shape, layout);
    isSet[port] = 1;
  }
}

/** What a rank gets of the outputs of other stages. */
function addEdges(
  graph: OpGraph,
  { program: { values, instructions }, ops }: StageProgram,
  share: Share,
  edgeBytes: Float64Array,
): void {
  for (const instruction of instructions) {
    if (instruction.kind !== "run") continue;
    dataEdges(graph, instruction.op).forEach((e, i) => {
      if (graph.edgeOutput[e] === CONTROL || ops.outside[graph.edgeSource[e]] === 0) return;
      const { shape, layout } = values[instruction.inputs[i]];
      edgeBytes[e] *= share(shape, layout);
    });
  }
}
