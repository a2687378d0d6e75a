/**
 * Chimera's planner (Li and Hoefler, SC 2021): width, depth and micro-batch of pipelines in both
 * directions over the same accelerators (exact/stages/chimera), under its schedule.
 *
 * The article divides equal blocks evenly. Here cuts make the slowest stage as fast as possible
 * (exact/cuts/stage-cuts.ts). Micro-batches follow each other by direct concatenation.
 */
import { z } from "zod";
import { stagePlan } from "../../../env/model/layers/stage-plan.ts";
import { chimeraStages } from "../../../env/model/schedule/chimera/layout.ts";
import type { PlannerModule } from "../../contract.ts";
import { minMaxLengths } from "../../exact/cuts/stage-cuts.ts";
import {
  type ChimeraPlan,
  type ChimeraStageCosts,
  chimeraPlan,
} from "../../exact/stages/chimera/width-depth.ts";
import { type EqualDevices, equalDevices, slowestBytesPerUs } from "../../problems/pipeline/equal-devices.ts";
import { microBatchChoices, shareTimes, stageSums } from "../../problems/pipeline/micro-batches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  pairs: z.int().min(1).max(16).default(1).describe("Pairs of pipelines in opposite directions, f."),
  microBatch: z
    .enum(["largest", "best"])
    .default("largest")
    .describe("The largest micro-batch that fits and fills the pipelines, or the one of least estimate."),
  mode: z
    .enum(["paper", "code"])
    .default("paper")
    .describe("How a last block of few micro-batches is divided: evenly, or one pipeline after the other."),
  microBatches: z
    .int()
    .min(0)
    .default(0)
    .describe("Micro-batches of a batch; 0 chooses among powers of two up to 64."),
});

type Options = z.infer<typeof options>;

export const chimera: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "chimera",
    systems: ["chimera"],
    name: "Chimera",
    summary: "Chooses width, depth and micro-batch of pipelines that run in both directions.",
    searchSpace: "equal replication of stages; an even number of contiguous stages; number of micro-batches",
    paper:
      "Li, Hoefler: Chimera: Efficiently Training Large-Scale Neural Networks with Bidirectional Pipelines. SC 2021",
    limits:
      "It assumes equal accelerators and the bandwidth of the slowest link. No source of its search is public. Doubled " +
      "forwards and halved backwards are not tried. Where two stages are not possible it answers with one, on all " +
      "accelerators.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const { found } = yield* planWithin(evaluator, {
        // The planner chooses among all numbers itself, so that each call sees them all.
        microBatches: [0],
        find: (_, memoryShare) => candidate(on, given, memoryShare),
        planOf: (each) => planOf(on, each, given),
      });
      if (found === null) return { failure: "No even number of stages fits the memory of the accelerators." };
      return {
        estimate: { value: found.estimateUs, unit: "us", model: "Chimera's performance model" },
        facts: [
          ...stageFacts(lengthsOf(on, found.depth), planOf(on, found, given), on.devices.length),
          { name: "width", value: found.width },
        ],
      };
    },
  }),
};

interface Candidate extends ChimeraPlan {
  readonly estimateUs: number;
}

/** Null where nothing fits. */
function candidate(on: EqualDevices, given: Options, memoryShare: number): Candidate | null {
  const { devices, chain, memoryBytes } = on;
  const workers = devices.length;
  if (Math.min(workers, chain.count) < 2 * given.pairs) return oneStage(on);
  const found = chimeraPlan({
    workers,
    layers: chain.count,
    pairs: given.pairs,
    memoryBytes: memoryBytes * memoryShare,
    microBatches: microBatchChoices(chain.scenario, given.microBatches),
    microBatch: given.microBatch,
    mode: given.mode,
    costs: (depth, microBatches, replicas) => costsOf(on, depth, microBatches, replicas),
  });
  return found === null ? null : { ...found, estimateUs: found.timeUs };
}

/** Plain data parallelism. */
function oneStage(on: EqualDevices): Candidate {
  const replicas = on.devices.length;
  const { forwardUs, backwardUs, allReduceUs } = costsOf(on, 1, replicas, replicas);
  const timeUs = forwardUs[0] + backwardUs[0] + allReduceUs[0];
  return { width: replicas, depth: 1, microBatches: 1, recompute: false, timeUs, estimateUs: timeUs };
}

function costsOf(on: EqualDevices, depth: number, microBatches: number, replicas: number): ChimeraStageCosts {
  const { chain, type, devices } = on;
  const share = 1 / microBatches;
  const lengths = lengthsOf(on, depth);
  const { forwardUs, backwardUs } = shareTimes(chain, type, share);
  const bytesPerUs = slowestBytesPerUs(chain.scenario, devices);
  const states = 1 + chain.scenario.fidelity.optimizerSlots;
  const gradients = stageSums(chain.gradientBytes, lengths);
  let at = 0;
  const inputBytes = lengths.map((length) => {
    const bytes = at === 0 ? 0 : chain.cutBytes[at - 1] * share;
    at += length;
    return bytes;
  });
  return {
    forwardUs: stageSums(forwardUs, lengths),
    backwardUs: stageSums(backwardUs, lengths),
    transferUs: depth === 1 ? 0 : Math.max(...inputBytes) / bytesPerUs,
    keptBytes: stageSums(chain.keptBytes, lengths).map((bytes) => bytes * share),
    inputBytes,
    stateBytes: stageSums(chain.weightBytes, lengths).map((bytes, s) => states * bytes + gradients[s]),
    allReduceUs: gradients.map((bytes) =>
      replicas === 1 ? 0 : (2 * (replicas - 1) * bytes) / replicas / bytesPerUs,
    ),
  };
}

function lengthsOf({ chain, type }: EqualDevices, depth: number): number[] {
  const { forwardUs, backwardUs } = shareTimes(chain, type, 1);
  return minMaxLengths(
    forwardUs.map((us, layer) => us + backwardUs[layer]),
    depth,
  );
}

/** Groups of D workers one after another; each stage has the replicas of all groups. */
function planOf(on: EqualDevices, { width, depth, microBatches, recompute }: Candidate, given: Options) {
  const { pairs, mode } = given;
  const groups = Array.from({ length: width }, (_, group) =>
    on.devices.slice(group * depth, (group + 1) * depth),
  );
  const own = groups.map((workers) => chimeraStages(workers, pairs));
  let to = 0;
  const stages = lengthsOf(on, depth).map((length, s) => {
    const from = to;
    to += length;
    if (depth === 1) return { from, to, devices: on.devices, share: "split" as const };
    return { from, to, devices: own.flatMap((each) => each[s].devices), share: "dealt" as const, recompute };
  });
  return stagePlan(on.chain, {
    stages,
    microBatches,
    schedule: depth === 1 ? { name: "1f1b" } : { name: "chimera", pairs, mode },
  });
}
