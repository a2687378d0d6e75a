/**
 * vPipe (Zhao et al., IEEE TPDS 2022) chooses where to cut, and for each layer whether its
 * activations are kept, swapped to the host or computed again. Every stage then fits its memory,
 * and the slowest one is fast (exact/recompute).
 *
 * Memory is weights by version, gradients, optimizer, and the kept activations of the micro-batches
 * in flight.
 */
import { z } from "zod";
import { stagePlan } from "../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../contract.ts";
import { jointPlan, type MemoryPlan } from "../../exact/recompute/joint-plan.ts";
import type { MemoryChain, MemorySetting } from "../../exact/recompute/memory-chain.ts";
import { movedPlan } from "../../exact/recompute/moved-plan.ts";
import {
  type EqualDevices,
  equalDevices,
  hostBytesPerUs,
  slowestBytesPerUs,
  stageCountOf,
  stagesOfLengths,
} from "../../problems/pipeline/equal-devices.ts";
import { microBatchChoices, passUs, shareTimes } from "../../problems/pipeline/micro-batches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "./micro-batches-option.ts";

const options = z.strictObject({
  mode: z
    .enum(["kl", "exact"])
    .default("kl")
    .describe("Moves boundaries as the article does, or solves the joint problem by a dynamic program."),
  schedule: z
    .enum(["pipedream", "gpipe"])
    .default("pipedream")
    .describe("Asynchronous with stashed weights, or with a flush after every batch."),
  microBatches: microBatchesOption,
  swap: z.boolean().default(true).describe("Whether activations may wait in the host's memory."),
  stages: z.int().min(0).default(0).describe("Stages; 0 takes one for each accelerator."),
});

type Options = z.infer<typeof options>;

export const vpipe: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "vpipe",
    systems: ["vpipe"],
    name: "vPipe",
    summary: "Cuts into stages, and swaps or recomputes activations so that each stage fits its memory.",
    searchSpace: "contiguous stages, one accelerator each; keep, swap or recompute for each layer",
    paper:
      "Zhao, Li, Chen, Shen, Chen, Huang, Cui: vPipe: A Virtualized Acceleration System for Achieving Efficient and Scalable " +
      "Pipeline Parallel DNN Training. IEEE TPDS 2022",
    limits:
      "No source of its planner is public; costs and search follow the article's outline. It assumes equal accelerators, the " +
      "bandwidth of the slowest link, and a link to the host for each. It plans once; the migration of a running pipeline is " +
      "no part of a plan.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: false,
    asynchronous: true,
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const withSwaps = (swap: boolean) => ({
        microBatches: microBatchChoices(scenario, given.microBatches),
        find: (count: number, share: number) => candidate(on, { ...given, swap }, count, share),
        planOf: (found: Candidate) => planOf(on, found, given),
      });
      const first = yield* planWithin(evaluator, withSwaps(given.swap));
      // What waits to be sent still takes memory, which the model does not see.
      const second = first.fits || !given.swap ? first : yield* planWithin(evaluator, withSwaps(false));
      const last = second.found ?? first.found;
      if (last === null) return { failure: "No stages fit the memory, even where no activations are kept." };
      const { treatment, lengths } = last.stages;
      const countOf = (wanted: string) => treatment.filter((of) => of === wanted).length;
      return {
        estimate: { value: last.estimateUs, unit: "us", model: "vPipe's slowest stage" },
        facts: [
          ...stageFacts(lengths, planOf(on, last, given), on.devices.length),
          { name: "layers recomputed", value: countOf("recompute") },
          { name: "layers swapped", value: countOf("swap") },
        ],
      };
    },
  }),
};

interface Candidate {
  readonly stages: MemoryPlan;
  readonly microBatches: number;
  readonly estimateUs: number;
}

/** Null where no stages fit. */
function candidate(on: EqualDevices, given: Options, microBatches: number, share: number): Candidate | null {
  const { chain, devices, memoryBytes } = on;
  const units = memoryChain(on, 1 / microBatches);
  const sum = (values: Float64Array) => values.reduce((all, value) => all + value, 0);
  const weightBytes = sum(chain.weightBytes);
  const setting: MemorySetting = {
    stages: stageCountOf(on, given.stages),
    memoryBytes: memoryBytes * share,
    hostBytesPerUs: given.swap ? hostBytesPerUs(chain.scenario, devices) : 0,
    linkBytesPerUs: slowestBytesPerUs(chain.scenario, devices),
    scheme: given.schedule === "gpipe" ? "fill-drain" : "stash",
    microBatches,
    stateFactor:
      chain.scenario.fidelity.optimizerSlots + (weightBytes > 0 ? sum(chain.gradientBytes) / weightBytes : 0),
  };
  const stages = given.mode === "exact" ? jointPlan(units, setting) : movedPlan(units, setting, "greedy");
  if (stages === null) return null;
  const { stageUs } = stages;
  const estimateUs =
    given.schedule === "gpipe" ? passUs(stageUs, microBatches) : microBatches * Math.max(...stageUs);
  return { stages, microBatches, estimateUs };
}

/** The chain for one micro-batch. */
function memoryChain({ chain, type }: EqualDevices, share: number): MemoryChain {
  return {
    count: chain.count,
    ...shareTimes(chain, type, share),
    activationBytes: chain.keptBytes.map((bytes) => bytes * share),
    weightBytes: chain.weightBytes,
    outputBytes: chain.cutBytes.map((bytes) => bytes * share),
  };
}

function planOf(
  { chain, devices }: EqualDevices,
  { stages, microBatches }: Candidate,
  { schedule }: Options,
) {
  const { lengths, treatment } = stages;
  return stagePlan(chain, {
    stages: stagesOfLengths(lengths, devices),
    microBatches,
    schedule: { name: schedule },
    recomputedLayers: Uint8Array.from(treatment, (of) => Number(of === "recompute")),
    swappedLayers: Uint8Array.from(treatment, (of) => Number(of === "swap")),
  });
}
