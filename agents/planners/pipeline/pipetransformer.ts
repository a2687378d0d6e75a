/**
 * PipeTransformer (He et al., ICML 2021). Layers freeze from the bottom up, and the pipeline
 * shrinks to half and half again. The accelerators set free hold further replicas of it
 * (search/elastic-pipes).
 *
 * One scenario is one batch, so the answer is the plan of one epoch. That epoch has N frozen
 * layers, or those of epoch T of the freeze schedule. Layers here are the units that it balances.
 * The first counts as the embedding.
 */
import { z } from "zod";
import { type LayerStage, stagePlan } from "../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../contract.ts";
import { type EqualDevices, equalDevices, slowestBytesPerUs } from "../../problems/pipeline/equal-devices.ts";
import { shareTimes } from "../../problems/pipeline/micro-batches.ts";
import { publishedFill } from "../../search/elastic-pipes/balance.ts";
import { type ElasticEpoch, elasticEpochs } from "../../search/elastic-pipes/elastic-pipeline.ts";
import { epochUs } from "../../search/elastic-pipes/epoch-time.ts";
import { freezeEnvelope } from "../../search/elastic-pipes/freeze-schedule.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  frozen: z.int().min(-1).default(-1).describe("Frozen layers at the bottom; -1 takes those of the epoch."),
  epoch: z.int().min(0).default(0).describe("Epochs of freezing so far; 0 has no frozen layer."),
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .default(1 / 3)
    .describe("Most that freezes in an epoch, as a fraction of the layers that are left."),
  pipeline: z
    .int()
    .min(0)
    .default(0)
    .describe("Stages before anything is frozen, a power of two; 0 takes as many as fit, up to 8."),
  microBatches: z
    .int()
    .min(0)
    .default(0)
    .describe("Micro-batches of a batch; 0 takes the released program's table."),
  recompute: z
    .boolean()
    .default(true)
    .describe("Computes activations again, but not of the last micro-batch."),
});

type Options = z.infer<typeof options>;

export const pipetransformer: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "pipetransformer",
    systems: ["pipetransformer"],
    name: "PipeTransformer",
    summary: "Balances parameters over a pipeline that shrinks as layers freeze, and replicates it.",
    searchSpace: "contiguous stages by parameters; length and replicas of the pipeline",
    paper:
      "He, Li, Soltanolkotabi, Avestimehr: PipeTransformer: Automated Elastic Pipelining for Distributed Training of Large-scale " +
      "Models. ICML 2021",
    limits:
      "The answer is the plan of one epoch. The simulator trains all layers of the scenario, frozen or not; the estimate leaves " +
      "out what frozen layers save. Parameters have four bytes. A partition without layers leaves its accelerators idle. The " +
      "cache of frozen outputs is not in the plan. It ignores memory beyond its rule for shrinking.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "instant", random: false },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const epoch = epochOf(on, given);
      const microBatches = given.microBatches || fewerThanSamples(on, epoch);
      const plan = stagePlan(on.chain, {
        stages: stagesOf(on, epoch, given),
        microBatches,
        schedule: { name: "gpipe", ...(given.recompute && { recompute: "except-last" }) },
      });
      evaluator.evaluate(plan);
      yield plan;
      return {
        estimate: {
          value: batchUs(on, epoch, microBatches),
          unit: "us",
          model: "PipeTransformer's epoch for one batch",
        },
        facts: [
          { name: "frozen layers", value: epoch.frozenUnits },
          { name: "replicas of the pipeline", value: epoch.replicas },
          ...stageFacts(epoch.lengths, plan, on.devices.length),
        ],
      };
    },
  }),
};

const BYTES_PER_MILLION = 4e6;

/** The epoch's pipeline, from the one that nothing frozen has. */
function epochOf(
  { chain, devices }: EqualDevices,
  { frozen, epoch, alpha, pipeline }: Options,
): ElasticEpoch {
  const layers = Math.max(0, chain.count - 1);
  const byEpoch = epoch === 0 ? 0 : freezeEnvelope(layers, alpha, epoch)[epoch - 1];
  const epochs = elasticEpochs(
    { millions: chain.weightBytes.map((bytes) => bytes / BYTES_PER_MILLION), unitsPerLayer: 1 },
    {
      gpusPerNode: devices.length,
      nodes: 1,
      pipeline: pipeline === 0 ? firstLength(devices.length, chain.count) : pipeline,
      fill: publishedFill,
      cacheFrom: Number.POSITIVE_INFINITY,
    },
    [0, Math.min(layers, frozen === -1 ? byEpoch : frozen)],
  );
  return epochs[1];
}

/** The longest pipeline of at most 8 that halves to one and divides the accelerators. */
function firstLength(gpus: number, layers: number): number {
  let length = 1;
  while (length < 8 && gpus % (2 * length) === 0 && 2 * length <= layers) length *= 2;
  return length;
}

/** The released table, as far as each replica of the pipeline has that many samples. */
function fewerThanSamples({ chain }: EqualDevices, { microBatches, replicas }: ElasticEpoch): number {
  const { batch } = chain.scenario.graph;
  return batch === null ? microBatches : Math.max(1, Math.min(microBatches, Math.floor(batch / replicas)));
}

/** Each replica of the pipeline is a run of neighbouring devices, with an equal part of a batch. */
function stagesOf({ devices }: EqualDevices, epoch: ElasticEpoch, { recompute }: Options): LayerStage[] {
  const { pipeline, replicas, lengths } = epoch;
  let to = 0;
  return [...lengths].flatMap((length, stage) => {
    const from = to;
    to += length;
    if (length === 0) return [];
    const own = Array.from({ length: replicas }, (_, replica) => devices[replica * pipeline + stage]);
    return [{ from, to, devices: own, share: "split" as const, recompute }];
  });
}

function batchUs({ chain, type, devices }: EqualDevices, epoch: ElasticEpoch, microBatches: number): number {
  const units = {
    ...shareTimes(chain, type, 1 / epoch.replicas),
    weightBytes: chain.weightBytes,
    cachedUs: new Float64Array(chain.count),
  };
  const bytesPerUs = slowestBytesPerUs(chain.scenario, devices);
  const setting = { samples: epoch.replicas, batch: 1, bytesPerUs, transitionUs: 0 };
  return epochUs(units, setting, { ...epoch, microBatches, isRebuilt: false });
}
