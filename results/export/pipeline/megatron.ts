/**
 * Megatron-LM: its command-line flags, one a line. It cuts a stack of equal transformer layers.
 * These are the numbered layers of the model, such as `layer_3`. What is before and after them is
 * in the first and the last stage.
 *
 * It runs 1F1B with a flush, or interleaved 1F1B with several stages a device.
 */
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { PipelineExporter } from "../contract.ts";
import { dividedMegatron, flagText } from "../sharding/megatron.ts";
import { gridOf } from "./data-parallel.ts";
import {
  brokenLoss,
  orderLoss,
  recomputed,
  recomputeLoss,
  scheduleLoss,
  sharedDeviceLoss,
  swapLoss,
} from "./losses.ts";
import { stageLayers } from "./stage-layers.ts";

const NAME = "megatron";
const INTERLEAVED = "interleaved-1f1b";
const NUMBERED = /(?:layer|block|cell)s?[._]\d+/;

export const megatron: PipelineExporter = {
  name: NAME,
  summary:
    "flags of Megatron-LM: sizes of tensor and pipeline groups, layers of a virtual stage, batch sizes, recomputation",
  subject: "pipeline",
  writeDivided: (scenario, plan) =>
    dividedMegatron(scenario, plan, (pipeline) => megatron.write(scenario, pipeline)),
  write({ graph }, plan) {
    const { ofStage, broken, outOfOrder } = stageLayers(graph, plan);
    const grid = gridOf(NAME, graph, plan);
    const numbered = numberedLayers(ofStage);
    const cut = cutFlags(numbered, plan);
    const flags: Parameters<typeof flagText>[0] = [
      ["tensor-model-parallel-size", 1],
      ...cut.flags,
      ["num-layers", numbered.reduce((sum, each) => sum + each, 0)],
      ...(grid.globalBatchSize === null
        ? []
        : ([
            ["micro-batch-size", grid.microBatchSize!],
            ["global-batch-size", grid.globalBatchSize],
          ] as const)),
      ...(recomputed(graph, plan) === "all"
        ? ([
            ["recompute-granularity", "full"],
            ["recompute-method", "uniform"],
            ["recompute-num-layers", 1],
          ] as const)
        : []),
    ];
    return {
      text: flagText(flags),
      notes: [
        ...grid.notes,
        ...cut.notes,
        ...placeNotes(ofStage),
        ...brokenLoss(NAME, broken),
        ...(plan.schedule.name === INTERLEAVED ? [] : sharedDeviceLoss(NAME, plan)),
        ...scheduleLoss(NAME, plan, { runs: "1f1b", held: ["1f1b", INTERLEAVED] }),
        ...orderLoss(NAME, outOfOrder),
        ...recomputeLoss(NAME, graph, plan),
        ...swapLoss(NAME, plan),
      ],
    };
  },
};

/** Numbered layers of each stage; one that is cut counts where it begins. */
function numberedLayers(ofStage: readonly (readonly string[])[]): number[] {
  const known = new Set<string>();
  return ofStage.map((layers) => {
    const before = known.size;
    for (const name of layers) {
      const found = NUMBERED.exec(name);
      if (found !== null) known.add(name.slice(0, found.index + found[0].length));
    }
    return known.size - before;
  });
}

type Flag = readonly [string, number];

/** Flags of the cut; the first and the last stage may have other numbers of layers. */
function cutFlags(
  numbered: readonly number[],
  { schedule, stages }: PipelinePlan,
): { readonly flags: readonly Flag[]; readonly notes: readonly string[] } {
  const [first, last] = [numbered[0], numbered[numbered.length - 1]];
  const inner = numbered.length > 2 ? numbered.slice(1, -1) : numbered;
  const isEven = numbered.every((each) => each === first);
  const chunks = schedule.name === INTERLEAVED ? chunksOf(stages) : 1;
  const size: Flag = ["pipeline-model-parallel-size", numbered.length / chunks];
  const uneven = `The format ${NAME} has equally many layers in every stage but the first and the last, and the plan ${numbered.join(", ")}.`;
  if (chunks > 1)
    return {
      flags: [size, ["num-layers-per-virtual-pipeline-stage", Math.max(...numbered)]],
      notes: isEven ? [] : [uneven.replace(" but the first and the last", "")],
    };
  if (isEven) return { flags: [size], notes: [] };
  return {
    flags: [size, ["decoder-first-pipeline-num-layers", first], ["decoder-last-pipeline-num-layers", last]],
    notes: new Set(inner).size === 1 && numbered.length > 2 ? [] : numbered.length === 2 ? [] : [uneven],
  };
}

/** Stages of each device, by the group of the first. */
function chunksOf(stages: PipelinePlan["stages"]): number {
  const key = (k: number): string => stages[k].devices.join();
  return [...stages.keys()].filter((k) => key(k) === key(0)).length;
}

function placeNotes(ofStage: readonly (readonly string[])[]): string[] {
  const inside = ofStage
    .slice(1, -1)
    .flat()
    .find((name) => !NUMBERED.test(name));
  const stacks = new Set(
    ofStage
      .flat()
      .filter((name) => NUMBERED.test(name))
      .map((name) => name.split(NUMBERED)[0]),
  );
  return [
    ...(inside === undefined
      ? []
      : [`The format ${NAME} has only numbered layers in inner stages, and the plan "${inside}".`]),
    ...(stacks.size > 1
      ? [
          `The format ${NAME} counts ${stacks.size} stacks of layers as one: ${[...stacks].map((name) => `"${name}"`).join(", ")}.`,
        ]
      : []),
    ...(stacks.size === 0 ? [`The format ${NAME} finds no numbered layers in the model.`] : []),
  ];
}
