/**
 * What GDP sees of a node, an op or a group of ops. The paper names op type and output shape. Ours
 * are the one-hot type, the logarithm of the output bytes and that of the run time on the fastest
 * device. A type's column is its hash, so that the weights fit graphs with other types. A group has
 * the mean of its ops' types.
 *
 * `wide` adds the logarithm of the parameter bytes, the run time against the mean node's, and the
 * place in the topological order (as in GO, NeurIPS 2020), also as waves. Nodes of one type and
 * size, of which many graphs have dozens, are told apart by their place alone.
 */
import type { GroupGraph } from "../../../env/model/coarsen/group-graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

/** Columns of types; two types may share one. */
const TYPE_COLUMNS = 128;

export const featureSets = ["plain", "wide"] as const;
export type FeatureSet = (typeof featureSets)[number];

/** One number of a node, about -1 to 1. */
type Column = (groups: GroupGraph, costUs: Float64Array) => ArrayLike<number>;

/** Half periods of the waves over the topological order. */
const WAVES = [1, 2, 4, 8, 16];

const waves: readonly Column[] = WAVES.flatMap((k) =>
  [Math.sin, Math.cos].map(
    (wave): Column =>
      ({ groupCount }) =>
        Float64Array.from({ length: groupCount }, (_, g) => wave((Math.PI * k * g) / groupCount)),
  ),
);

const plain: readonly Column[] = [
  ({ outputBytes }) => outputBytes.map((bytes) => Math.log10(1 + bytes) / 10),
  (_, costUs) => costUs.map((us) => Math.log10(1 + us) / 6),
];
const columnsOf: Readonly<Record<FeatureSet, readonly Column[]>> = {
  plain,
  wide: [
    ...plain,
    ({ parameterBytes }) => parameterBytes.map((bytes) => Math.log10(1 + bytes) / 10),
    ({ groupCount }) => Float64Array.from({ length: groupCount }, (_, g) => g / groupCount),
    (_, costUs) => {
      const mean = costUs.reduce((sum, us) => sum + us, 0) / costUs.length;
      return costUs.map((us) => (mean > 0 ? us / (us + mean) : 0));
    },
    ...waves,
  ],
};

export const featureCount = (set: FeatureSet): number => TYPE_COLUMNS + columnsOf[set].length;

/** Shape [groups x featureCount]. */
export function nodeFeatures(scenario: Scenario, groups: GroupGraph, set: FeatureSet): Float32Array {
  const { graph, grouping } = scenario;
  const { groupCount, opCount } = groups;
  const columns = featureCount(set);
  const values = new Float32Array(groupCount * columns);
  const columnOf = new Map([...new Set(graph.types)].map((type) => [type, hashOf(type) % TYPE_COLUMNS]));
  for (let v = 0; v < graph.opCount; v++) {
    const g = grouping.groupOf[v];
    values[g * columns + columnOf.get(graph.types[v])!] += 1 / opCount[g];
  }
  const costUs = fastestUs(groups);
  columnsOf[set].forEach((column, c) => {
    const numbers = column(groups, costUs);
    for (let g = 0; g < groupCount; g++) values[g * columns + TYPE_COLUMNS + c] = numbers[g];
  });
  return values;
}

/** Of each group on its fastest device. */
function fastestUs({ computeUs, groupCount, deviceCount }: GroupGraph): Float64Array {
  return Float64Array.from({ length: groupCount }, (_, g) =>
    computeUs.subarray(g * deviceCount, (g + 1) * deviceCount).reduce((a, b) => Math.min(a, b)),
  );
}

/** FNV-1a over the characters. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
