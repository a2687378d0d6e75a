/** Random sharding plans, for laws. Every plan is valid. */
import fc from "fast-check";
import { reductionPrograms } from "../../../../../agents/exact/sharding/meshes/reduction-programs.ts";
import type { OpGraph } from "../../../../../env/model/graph/graph.ts";
import { Role } from "../../../../../env/model/graph/graph.ts";
import { rankCount } from "../../../../../env/model/layout/mesh.ts";
import { ratioRanges } from "../../../../../env/model/layout/ranges.ts";
import {
  iterationOf,
  type OpOwner,
  type PlanReduction,
  type ShardingPlan,
  shardingCollectives,
  type ZeroStage,
} from "../../../../../env/model/plan/sharding.ts";
import type { Offload } from "../../../../../env/model/plan/sharding-fields/offload.ts";
import type { OpRatio, OutputLayout } from "../../../../../env/model/plan/sharding-fields/op-fields.ts";

/**
 * `mostRanks`: devices that there are; they are used from `firstDevice` on. `offloads`: whether
 * some plans offload, which takes a cluster with a CPU.
 */
export function shardingPlans(
  graph: OpGraph,
  mostRanks: number,
  firstDevice = 0,
  offloads = false,
): fc.Arbitrary<ShardingPlan> {
  const meshes = [[2], [4], [3], [2, 2], [2, 3], [3, 2], [2, 1, 2], [2, 2, 2]].filter(
    (sizes) => rankCount(sizes) <= mostRanks,
  );
  return fc.constantFrom(...meshes).chain((sizes) =>
    fc
      .record({
        kind: fc.constant("sharding" as const),
        mesh: fc.constant({
          axes: sizes.map((size, axis) => ({ name: `axis ${axis}`, size })),
          devices: Array.from({ length: rankCount(sizes) }, (_, rank) => rank + firstDevice),
        }),
        split: fc.tuple(
          ...Array.from({ length: graph.opCount }, (_, v) =>
            fc.oneof(
              { weight: graph.role[v] === Role.forward ? 1 : 6, arbitrary: fc.constant(null) },
              { weight: graph.role[v] === Role.forward ? 6 : 1, arbitrary: splitsOf(graph, v, sizes) },
            ),
          ),
        ),
        layouts: layoutsOf(graph, sizes),
        collective: fc.constantFrom(...shardingCollectives),
        reductions: reductionsOf(sizes),
        memory: fc.record({ zero: fc.constantFrom<ZeroStage>(0, 1, 2, 3) }),
        sync: fc.constantFrom("overlapped" as const, "exposed" as const),
        owners: ownersOf(graph, rankCount(sizes)),
        recompute: recomputeOf(graph),
      })
      .chain((plan) => ratiosOf(graph, sizes, plan.split).map((ratios) => ({ ...plan, ratios })))
      .map((plan) => ({
        ...plan,
        ratios: plan.ratios.filter(({ op }) => !plan.owners.some((owner) => owner.op === op)),
        split: plan.split.map((own, v) => (plan.owners.some(({ op }) => op === v) ? null : own)),
        recompute: plan.recompute.map((flag, v) => (plan.owners.some(({ op }) => op === v) ? 0 : flag)),
      }))
      .chain((plan) =>
        offloads ? offloadOf(graph, plan).map((offload) => ({ ...plan, offload })) : fc.constant(plan),
      ),
  );
}

/** Activations that are kept, the optimizer where no op has an owner, weights where they may. */
const offloadOf = (
  graph: OpGraph,
  { recompute, owners, memory }: Pick<ShardingPlan, "recompute" | "owners" | "memory">,
): fc.Arbitrary<Offload> =>
  fc
    .record({
      optimizer: fc.boolean(),
      weights: fc.boolean(),
      activations: fc.tuple(...Array.from(graph.role, () => fc.nat({ max: 1 }))),
    })
    .map(({ optimizer, weights, activations }) => {
      const isOwned = (v: number): boolean => owners?.some(({ op }) => op === v) === true;
      const onHosts = optimizer && (owners ?? []).length === 0;
      return {
        optimizer: onHosts,
        weights: weights && onHosts && memory?.zero === 3,
        activations: Uint8Array.from(activations, (flag, v) =>
          graph.role[v] === Role.forward && recompute?.[v] !== 1 && !isOwned(v) ? flag : 0,
        ),
      };
    });

/** Each mesh axis divides one dimension or none. */
function splitsOf(graph: OpGraph, v: number, sizes: readonly number[]): fc.Arbitrary<number[][] | null> {
  const iteration = iterationOf(graph, v);
  if (iteration === null) return fc.constant(null);
  const { dimensions } = iteration;
  return fc
    .array(fc.integer({ min: -1, max: dimensions.length - 1 }), {
      minLength: sizes.length,
      maxLength: sizes.length,
    })
    .map((places) => {
      const split = dimensions.map((): number[] => []);
      const parts = dimensions.map(() => 1);
      places.forEach((dimension, axis) => {
        if (dimension === -1 || dimensions[dimension].kind === "opaque") return;
        if (parts[dimension] * sizes[axis] > dimensions[dimension].size) return;
        parts[dimension] *= sizes[axis];
        split[dimension].push(axis);
      });
      return split;
    });
}

/** Ratios of some dimensions that are divided, each part with at least one index. */
function ratiosOf(
  graph: OpGraph,
  sizes: readonly number[],
  split: readonly (readonly (readonly number[])[] | null)[],
): fc.Arbitrary<OpRatio[]> {
  const divided = split.flatMap((own, op) =>
    (own ?? []).flatMap((axes, dimension) => {
      const count = partsOf(axes, sizes);
      const { size } = iterationOf(graph, op)!.dimensions[dimension];
      return count < 2 ? [] : [{ op, dimension, count, size }];
    }),
  );
  return fc
    .tuple(fc.subarray(divided), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 }))
    .map(([chosen, weights]) =>
      chosen
        .map(({ op, dimension, count, size }) => ({ op, dimension, size, parts: weights.slice(0, count) }))
        .filter(({ parts, size }) => ratioRanges(size, parts).every(({ from, to }) => to > from))
        .map(({ op, dimension, parts }) => ({ op, dimension, parts })),
    );
}

/** In half of the plans some forward ops run again. */
const recomputeOf = (graph: OpGraph): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.constant(new Uint8Array(graph.opCount)),
    fc
      .tuple(...Array.from(graph.role, (role) => fc.nat({ max: role === Role.forward ? 1 : 0 })))
      .map((flags) => Uint8Array.from(flags)),
  );

/** Some ops with weights, on ranks of their own. */
function ownersOf(graph: OpGraph, ranks: number): fc.Arbitrary<OpOwner[]> {
  const weighty = Array.from({ length: graph.opCount }, (_, v) => v).filter(
    (v) => graph.role[v] === Role.forward && graph.parameterBytes[v] > 0,
  );
  return fc
    .tuple(fc.subarray(weighty, { maxLength: 1 }), fc.nat({ max: ranks - 1 }))
    .map(([ops, rank]) => ops.map((op) => ({ op, rank })));
}

/** A program for some sets of axes, on levels that are those axes or all their ranks. */
function reductionsOf(sizes: readonly number[]): fc.Arbitrary<PlanReduction[]> {
  const axes = [...sizes.keys()].filter((axis) => sizes[axis] > 1);
  const sets = [...axes.map((axis) => [axis]), ...(axes.length > 1 ? [axes] : [])];
  const programOver = (set: readonly number[]): fc.Arbitrary<PlanReduction> => {
    const each = set.map((axis) => sizes[axis]);
    return fc
      .constantFrom(each, [rankCount(each)])
      .chain((levels) =>
        fc.constantFrom(...reductionPrograms(levels, 4)).map((steps) => ({ axes: set, levels, steps })),
      );
  };
  return fc.subarray(sets).chain((chosen) => fc.tuple(...chosen.map(programOver)));
}

function layoutsOf(graph: OpGraph, sizes: readonly number[]): fc.Arbitrary<OutputLayout[]> {
  const outputs = Array.from({ length: graph.opCount }, (_, op) =>
    (iterationOf(graph, op)?.outputs ?? []).map(({ shape }, output) => ({ op, output, shape })),
  ).flat();
  return fc.uniqueArray(fc.integer({ min: 0, max: outputs.length - 1 }), { maxLength: 2 }).chain((chosen) =>
    fc.tuple(
      ...chosen.map((i) =>
        fc
          .array(fc.integer({ min: -1, max: outputs[i].shape.length - 1 }), {
            minLength: sizes.length,
            maxLength: sizes.length,
          })
          .map((places) => {
            const axes = outputs[i].shape.map((): number[] => []);
            places.forEach((t, axis) => {
              if (t === -1 || partsOf(axes[t], sizes) * sizes[axis] > outputs[i].shape[t]) return;
              axes[t].push(axis);
            });
            return { op: outputs[i].op, output: outputs[i].output, axes };
          }),
      ),
    ),
  );
}

const partsOf = (axes: readonly number[], sizes: readonly number[]): number =>
  axes.reduce((parts, axis) => parts * sizes[axis], 1);
