/**
 * AccPar (Song et al., "AccPar: Tensor Partitioning for Heterogeneous Deep Learning Accelerators",
 * HPCA 2020) on equal halves. At every level of machines the devices part in two. A program chooses
 * a type for each layer, which halves the batch, the input or the output channels. Fewer types are
 * HyPar (Song et al., HPCA 2019) and data parallelism.
 *
 * The program is exact/sharding/chains/type-chain.ts. Ops without weights follow the layers.
 */
import { z } from "zod";
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
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
import { binaryMesh, type LevelMesh } from "../../problems/sharding/level-mesh.ts";

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
    .enum(["half", "solved"])
    .default("half")
    .describe("Equal halves, or shares by speed, which plans cannot have here."),
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
    searchSpace: "one of three types for each layer with weights and each halving of the devices",
    paper: "Song et al.: AccPar: Tensor Partitioning for Heterogeneous Deep Learning Accelerators. HPCA 2020",
    limits:
      "Equal halves of equal devices: plans divide evenly, so the paper's ratios are missing, and without them computing is the " +
      "same for all types. Chains alone: paths that join are refused. mode=code counts elements, and takes a layer's output " +
      "as the next one's input, after pooling. Types that would leave unequal parts are not offered.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  refuses: (scenario, { ratio }) => refusal(scenario, ratio),
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const layers = weightedChain(scenario.graph) as readonly WeightedLayer[];
      const on = binaryMesh(scenario, "AccPar") as LevelMesh;
      const { levels, choices } = typesOn(scenario, layers, on, given);
      const stuck = levels.findIndex(({ cost }) => cost === Number.POSITIVE_INFINITY);
      if (stuck !== -1)
        return { failure: `Some layer cannot be halved by an offered type at level ${stuck}.` };
      const plan = planOf(scenario, layers, on, choices);
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
          { name: "cost of all levels", value: cost, unit: given.mode === "paper" ? "us" : "elements" },
        ],
      };
    },
  }),
};

const typesText = (types: readonly SplitType[]): string => types.map((type) => typeNames[type]).join(" ");

function refusal(scenario: Scenario, ratio: Options["ratio"]): string | null {
  const kinds = new Set(scenario.cluster.devices.filter((device) => !isCpu(device)).map(({ kind }) => kind));
  if (ratio === "solved" || kinds.size > 1)
    return "AccPar gives unequal shares to unequal devices, and the parts of a plan are equal here.";
  const on = binaryMesh(scenario, "AccPar");
  if (typeof on === "string") return on;
  const layers = weightedChain(scenario.graph);
  return typeof layers === "string" ? `AccPar needs a chain of layers. ${layers}` : null;
}

/** Types of all levels, and the dimension that each level halves in each layer. */
function typesOn(
  scenario: Scenario,
  layers: readonly WeightedLayer[],
  { mesh, bytesPerUs }: LevelMesh,
  { types, mode }: Options,
): { readonly levels: readonly TypedLevel[]; readonly choices: readonly AxisChoice[] } {
  const rules = splitRules(scenario.graph, sizesOf(mesh));
  const choices = layers.map(() => new Int8Array(mesh.axes.length).fill(NONE));
  let level = 0;
  const chain = layers.map(({ sizes }, l) =>
    mode === "code" ? afterPooling(sizes, layers[l + 1]?.sizes) : sizes,
  );
  const levels = typedLevels(chain, mesh.axes.length, (current) => {
    const axis = level++;
    const costs = mode === "code" ? exchangedElements : timesOf(scenario, layers, { mesh, bytesPerUs }, axis);
    const found = bestTypes(current, OFFERED[types], {
      between: costs.between,
      inside: (layer, type, l) =>
        dimensionFor(layers[l], type, choices[l], axis) === NONE
          ? Number.POSITIVE_INFINITY
          : costs.inside(layer, type, l),
    });
    found.types.forEach((type, l) => {
      choices[l][axis] = dimensionFor(layers[l], type, choices[l], axis);
    });
    const isLast = level === mesh.axes.length;
    if (mode === "code" || isLast) return found;
    // The halves compute what is halved again, so only the last level's computing takes time.
    const computing = current.reduce(
      (sum, layer) => sum + layerFlops(layer) / speedAt(scenario, mesh, axis),
      0,
    );
    return { ...found, cost: found.cost - computing };
  });
  return { levels, choices };

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

/** Devices of both halves at a level, as one. */
function speedAt({ cluster, graph }: Scenario, { devices }: LevelMesh["mesh"], axis: number): number {
  const own = cluster.devices[devices[0]].flopsPerUs;
  const flopsPerUs = own[graph.dtype] ?? Math.max(...Object.values(own));
  return (flopsPerUs * devices.length) / 2 ** axis;
}

function timesOf(
  scenario: Scenario,
  [{ op }]: readonly WeightedLayer[],
  { mesh, bytesPerUs }: LevelMesh,
  axis: number,
): TypeCosts {
  const { graph } = scenario;
  const elements = iterationOf(graph, op)!.outputs[0].shape.reduce((product, length) => product * length, 1);
  const bytesPerElement = graph.outputBytes[graph.outputStart[op]] / elements;
  return timedTypes({
    flopsPerUs: speedAt(scenario, mesh, axis),
    elementsPerUs: bytesPerUs[axis] / bytesPerElement,
  });
}

/** The released code's lists have a layer's output as the next one gets it. */
const afterPooling = (layer: ChainLayer, next: ChainLayer | undefined): ChainLayer =>
  next === undefined
    ? layer
    : { ...layer, outputArea: (next.inputChannels * next.inputArea) / layer.outputChannels };

function planOf(
  { graph }: Scenario,
  layers: readonly WeightedLayer[],
  { mesh }: LevelMesh,
  choices: readonly AxisChoice[],
): ShardingPlan {
  const given = new Array<OpSplit | null>(graph.opCount).fill(null);
  layers.forEach(({ op }, l) => {
    given[op] = splitOfChoice(iterationOf(graph, op)!, choices[l]);
  });
  return { kind: "sharding", mesh, split: completedSplits(graph, sizesOf(mesh), given) };
}
