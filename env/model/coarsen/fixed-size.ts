/**
 * A fixed number of groups of similar op counts: the ops in topological order, cut into blocks. HDP
 * fixes the number of groups beforehand (Mirhoseini et al., "A Hierarchical Model for Device
 * Placement", ICLR 2018: 256 groups, fewer in its public code). Its grouper then learns which op
 * belongs to which group. These blocks are a grouping without learning.
 *
 * Co-location classes stay whole, so a block may be larger by one class. Groups with different
 * device support share no block. Each such set of kinds gets a share of the blocks by its number of
 * ops, at least one.
 */
import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph/graph.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { supportOf } from "./quotient.ts";

export function fixedSize(graph: OpGraph, grouping: Grouping, groupLimit: number): Grouping {
  const { groupCount, groupOf, memberStart } = grouping;
  const support = supportOf(graph, grouping);
  const kindSets = [...new Set(support)];
  if (kindSets.length > groupLimit)
    throw new InputError(
      `The graph cannot be grouped into ${groupLimit} groups: ${kindSets.length} are needed, one for each set of device kinds.`,
    );
  const opsOf = (g: number) => memberStart[g + 1] - memberStart[g];
  const total = kindSets.map((kinds) =>
    support.reduce((sum, own, g) => sum + (own === kinds ? opsOf(g) : 0), 0),
  );
  const blocks = blocksByShare(total, groupLimit);
  const opsBefore = new Float64Array(kindSets.length);
  const block = new Int32Array(groupCount);
  for (let g = 0; g < groupCount; g++) {
    const kinds = kindSets.indexOf(support[g]);
    block[g] = Math.floor((opsBefore[kinds] * blocks[kinds]) / total[kinds]) * kindSets.length + kinds;
    opsBefore[kinds] += opsOf(g);
  }
  return groupingOf(
    graph,
    groupOf.map((g) => block[g]),
  );
}

/**
 * One block for each set of kinds. The others go one by one to the set with the most ops per block.
 */
function blocksByShare(opCounts: readonly number[], count: number): number[] {
  const blocks = opCounts.map(() => 1);
  for (let given = opCounts.length; given < count; given++) {
    const ratios = opCounts.map((ops, i) => ops / blocks[i]);
    blocks[ratios.indexOf(Math.max(...ratios))]++;
  }
  return blocks;
}
