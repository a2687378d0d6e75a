/**
 * AccPar (Song et al., "AccPar: Tensor Partitioning for Heterogeneous Deep Learning Accelerators",
 * HPCA 2020). At every level of machines the devices part in two. A program chooses a type for each
 * layer, which halves the batch, the input or the output channels. Fewer types are HyPar (Song et
 * al., HPCA 2019) and data parallelism. Two kinds of devices part first, and share each layer by a
 * ratio.
 *
 * The programs are exact/sharding/chains/type-chain.ts and solved-ratios.ts. Ops without weights
 * follow the layers.
 */
import { z } from "zod";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../env/model/layout/natural.ts";
import { ratioRanges } from "../../../env/model/layout/ranges.ts";
import { iterationOf, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { OpRatio } from "../../../env/model/plan/sharding-fields/op-fields.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import {
  bestCommonRatio,
  bestRatioTypes,
  type UnequalGroup,
} from "../../exact/sharding/chains/solved-ratios.ts";
import { layerFlops, timedTypes } from "../../exact/sharding/chains/timed-types.ts";
import {
  bestTypes,
  type ChainLayer,
  exchangedElements,
  type SplitType,
  type TypeCosts,
  type TypedLevel,
  typedLevels,
  typeNames,
} from "../../exact/sharding/chains/type-chain.ts";
import { type WeightedLayer, weightedChain } from "../../exact/sharding/chains/weighted-chain.ts";
import { completedSplits } from "../../problems/sharding/completed-splits.ts";
import { type AxisChoice, NONE, splitOfChoice, splitRules } from "../../problems/sharding/legal-splits.ts";
import { binaryMesh, type LevelMesh } from "../../problems/sharding/mesh/level-mesh.ts";
import { completedRatios } from "../../problems/sharding/unequal/completed-ratios.ts";
import { acceleratorKinds, kindsMesh } from "../../problems/sharding/unequal/kinds-mesh.ts";

const options = z.strictObject({
  types: z
    .enum(["accpar", "hypar", "data"])
    .default("accpar")
    .describe("Types offered: I, II and III, or I and II as HyPar has, or I alone, data parallelism."),
  mode: z
    .enum(["paper", "code"])
    .default("paper")
    .describe("Times of computing and exchange, or elements exchanged as in the released code."),
  ratio: z
    .enum(["half", "solved", "common"])
    .default("half")
    .describe(
      "Shares of two kinds of devices: equal halves, a ratio for each layer at which both take equally long, or one for all layers.",
    ),
});
type Options = z.infer<typeof options>;

const OFFERED: Readonly<Record<Options["types"], readonly SplitType[]>> = {
  accpar: [0, 1, 2],
  hypar: [0, 1],
  data: [0],
};

export const accpar: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "accpar",
    systems: ["accpar"],
    name: "AccPar",
    summary: "Halves the batch, the input or the output channels of each layer at every level of machines.",
    searchSpace:
      "one of three types for each layer with weights and each halving of the devices; a ratio for each layer between two kinds",
    paper: "Song et al.: AccPar: Tensor Partitioning for Heterogeneous Deep Learning Accelerators. HPCA 2020",
    limits:
      "Ratios are for two kinds of devices, as many of each. Below that level both kinds have the same types and equal halves, " +
      "where the paper goes on with each half for itself. Shares are cut at whole indices. Chains alone: paths that join are refused. mode=code counts elements, and takes a layer's output " +
      "as the next one's input, after pooling. Types that would leave unequal parts are not offered.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  refuses: refusal,
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const layers = weightedChain(scenario.graph) as readonly WeightedLayer[];
      const on = meshFor(scenario) as LevelMesh;
      const { levels, choices, ratios } = typesOn(scenario, layers, on, given);
      const stuck = levels.findIndex(({ cost }) => cost === Number.POSITIVE_INFINITY);
      if (stuck !== -1)
        return { failure: `Some layer cannot be halved by an offered type at level ${stuck}.` };
      const plan = planOf(scenario, layers, on, { choices, ratios });
      evaluator.evaluate(plan);
      yield plan;
      const cost = levels.reduce((sum, level) => sum + level.cost, 0);
      return {
        ...(given.mode === "paper" && {
          estimate: {
            value: cost,
            unit: "us",
            model: "AccPar's times of exchange, and of computing at the last level",
          },
        }),
        facts: [
          { name: "types of each level", value: levels.map(({ types }) => typesText(types)).join(" / ") },
          ...ratioFacts(scenario, plan, layers, ratios),
          { name: "cost of all levels", value: cost, unit: given.mode === "paper" ? "us" : "elements" },
        ],
      };
    },
  }),
};

const typesText = (types: readonly SplitType[]): string => types.map((type) => typeNames[type]).join(" ");

/** Two kinds of devices part first; of others the most common kind is taken. */
const meshFor = (scenario: Scenario): LevelMesh | string =>
  acceleratorKinds(scenario).length > 1 ? kindsMesh(scenario, "AccPar") : binaryMesh(scenario, "AccPar");

function refusal(scenario: Scenario, { ratio, mode }: Options): string | null {
  const kinds = acceleratorKinds(scenario).length;
  if (ratio !== "half" && kinds !== 2)
    return `AccPar solves ratios between two kinds of accelerators, and the cluster has ${kinds}.`;
  if (ratio !== "half" && mode === "code")
    return "AccPar's released code has equal halves alone: mode=code has no ratios.";
  const on = meshFor(scenario);
  if (typeof on === "string") return on;
  const layers = weightedChain(scenario.graph);
  return typeof layers === "string" ? `AccPar needs a chain of layers. ${layers}` : null;
}

/** Types of all levels, and the dimension that each level halves in each layer. */
function typesOn(
  scenario: Scenario,
  layers: readonly WeightedLayer[],
  { mesh, bytesPerUs }: LevelMesh,
  { types, mode, ratio }: Options,
): { readonly levels: readonly TypedLevel[] } & Chosen {
  const rules = splitRules(scenario.graph, sizesOf(mesh));
  const choices = layers.map(() => new Int8Array(mesh.axes.length).fill(NONE));
  const ratios: number[] = [];
  let level = 0;
  const chain = layers.map(({ sizes }, l) =>
    mode === "code" ? afterPooling(sizes, layers[l + 1]?.sizes) : sizes,
  );
  const levels = typedLevels(chain, mesh.axes.length, (current) => {
    const axis = level++;
    if (ratio !== "half" && axis === 0) return unequal(current);
    const costs = mode === "code" ? exchangedElements : timesOf(scenario, layers, { mesh, bytesPerUs }, axis);
    const found = bestTypes(current, OFFERED[types], {
      between: costs.between,
      inside: (layer, type, l) =>
        dimensionFor(layers[l], type, choices[l], axis) === NONE
          ? Number.POSITIVE_INFINITY
          : costs.inside(layer, type, l),
    });
    take(found.types, axis);
    const isLast = ratio === "half" && level === mesh.axes.length;
    if (mode === "code" || isLast) return found;
    // The halves compute what is halved again, so only the last level's computing takes time.
    const computing = current.reduce(
      (sum, layer) => sum + layerFlops(layer) / speedAt(scenario, mesh, axis),
      0,
    );
    return { ...found, cost: found.cost - computing };
  });
  return { levels, choices, ratios };

  function take(found: readonly SplitType[], axis: number): void {
    found.forEach((type, l) => {
      choices[l][axis] = dimensionFor(layers[l], type, choices[l], axis);
    });
  }

  /** The level of both kinds; its cost has all computing. */
  function unequal(current: readonly ChainLayer[]): TypedLevel {
    const solve = ratio === "common" ? bestCommonRatio : bestRatioTypes;
    const found = solve(
      current,
      OFFERED[types],
      groupsOf(scenario, layers, { mesh, bytesPerUs }),
      (l, type) => dimensionFor(layers[l], type, choices[l], 0) !== NONE,
    );
    take(found.types, 0);
    ratios.push(...found.ratios);
    return found;
  }

  /** The first dimension of the type that can be halved once more. */
  function dimensionFor(
    { op, dimensionsOf }: WeightedLayer,
    type: SplitType,
    choice: Int8Array,
    axis: number,
  ) {
    const iteration = iterationOf(scenario.graph, op)!;
    const isLegal = (d: number) => rules.isLegal(op, splitOfChoice(iteration, choice.with(axis, d)));
    return dimensionsOf[type].find(isLegal) ?? NONE;
  }
}

/** Both kinds of devices, each as one. */
function groupsOf(
  scenario: Scenario,
  layers: readonly WeightedLayer[],
  { mesh, bytesPerUs }: LevelMesh,
): readonly [UnequalGroup, UnequalGroup] {
  const half = mesh.devices.length / 2;
  const elementsPerUs = bytesPerUs[0] / elementBytes(scenario, layers);
  const group = (d: number): UnequalGroup => ({
    flopsPerUs: half * deviceFlops(scenario, d),
    elementsPerUs,
  });
  return [group(mesh.devices[0]), group(mesh.devices[half])];
}

function deviceFlops({ cluster, graph }: Scenario, device: number): number {
  const own = cluster.devices[device].flopsPerUs;
  return own[graph.dtype] ?? Math.max(...Object.values(own));
}

/** Devices of both halves at a level, as one. */
function speedAt(scenario: Scenario, { devices }: LevelMesh["mesh"], axis: number): number {
  const slowest = Math.min(...devices.map((d) => deviceFlops(scenario, d)));
  return (slowest * devices.length) / 2 ** axis;
}

/** Bytes of an element of the first layer's output. */
function elementBytes({ graph }: Scenario, [{ op }]: readonly WeightedLayer[]): number {
  const elements = iterationOf(graph, op)!.outputs[0].shape.reduce((product, length) => product * length, 1);
  return graph.outputBytes[graph.outputStart[op]] / elements;
}

function timesOf(
  scenario: Scenario,
  layers: readonly WeightedLayer[],
  { mesh, bytesPerUs }: LevelMesh,
  axis: number,
): TypeCosts {
  return timedTypes({
    flopsPerUs: speedAt(scenario, mesh, axis),
    elementsPerUs: bytesPerUs[axis] / elementBytes(scenario, layers),
  });
}

/** The released code's lists have a layer's output as the next one gets it. */
const afterPooling = (layer: ChainLayer, next: ChainLayer | undefined): ChainLayer =>
  next === undefined
    ? layer
    : { ...layer, outputArea: (next.inputChannels * next.inputArea) / layer.outputChannels };

/** What the levels have chosen: ratios of the first level by layer, none for equal halves. */
interface Chosen {
  readonly choices: readonly AxisChoice[];
  readonly ratios: readonly number[];
}

function planOf(
  { graph }: Scenario,
  layers: readonly WeightedLayer[],
  { mesh }: LevelMesh,
  { choices, ratios }: Chosen,
): ShardingPlan {
  const given = new Array<OpSplit | null>(graph.opCount).fill(null);
  layers.forEach(({ op }, l) => {
    given[op] = splitOfChoice(iterationOf(graph, op)!, choices[l]);
  });
  const split = completedSplits(graph, sizesOf(mesh), given);
  if (ratios.length === 0) return { kind: "sharding", mesh, split };
  const own = layers.map(({ op }, l): OpRatio => {
    const dimension = choices[l][0];
    const count = 2 ** split[op]![dimension].length;
    const { size } = iterationOf(graph, op)!.dimensions[dimension];
    return { op, dimension, parts: partsOf(ratios[l], count, size) };
  });
  return { kind: "sharding", mesh, split, ratios: completedRatios(graph, { split }, own) };
}

/** Both shares in equal parts, of which each has at least one index. Axis 0 is the major one. */
function partsOf(ratio: number, count: number, size: number): number[] {
  const least = count / 2 / size;
  const share = Math.min(1 - least, Math.max(least, Math.round(ratio * size) / size));
  return Array.from({ length: count }, (_, place) => (2 * (place < count / 2 ? share : 1 - share)) / count);
}

/** The ratios, and what of them is lost by cuts at whole indices. */
function ratioFacts(
  { graph }: Scenario,
  { ratios: given = [] }: ShardingPlan,
  layers: readonly WeightedLayer[],
  ratios: readonly number[],
) {
  if (ratios.length === 0) return [];
  const losses = layers.map(({ op }, l) => {
    const { dimension, parts } = given.find((ratio) => ratio.op === op)!;
    const { size } = iterationOf(graph, op)!.dimensions[dimension];
    return Math.abs(ratioRanges(size, parts)[parts.length / 2 - 1].to / size - ratios[l]);
  });
  return [
    {
      name: "share of the first kind in each layer",
      value: ratios.map((ratio) => ratio.toFixed(3)).join(" "),
    },
    { name: "most of a share lost by whole indices", value: Math.max(...losses) },
  ];
}
