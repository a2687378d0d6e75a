/**
 * FTPipe's mixed pipes (Eliad et al., USENIX ATC 2021): several stages on each GPU, which need not
 * be neighbours (search/mixed-pipes). All stages but the last recompute their activations. Under
 * GPipe's schedule the last one does, too.
 *
 * Layers cost their times for one micro-batch. Their memory is weights, gradients, optimizer and
 * the activations of one micro-batch.
 */
import { z } from "zod";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../contract.ts";
import { type EqualDevices, equalDevices, slowestBytesPerUs } from "../../problems/pipeline/equal-devices.ts";
import { layerFlows } from "../../problems/pipeline/layer-flows.ts";
import { microBatchChoices, shareTimes } from "../../problems/pipeline/micro-batches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { settleLastStage } from "../../search/mixed-pipes/last-stage.ts";
import type { LayerGraph, MixedStages } from "../../search/mixed-pipes/layer-graph.ts";
import { type MixedPipeOptions, mixedPipe } from "../../search/mixed-pipes/mixed-pipe.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "./micro-batches-option.ts";

const options = z.strictObject({
  mode: z
    .enum(["paper", "code"])
    .default("paper")
    .describe("Where they differ: the largest block first, or as in the released program the smallest."),
  schedule: z
    .enum(["pipedream", "gpipe"])
    .default("pipedream")
    .describe("Asynchronous, or with a flush after every batch."),
  blocks: z
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe("Most blocks for each accelerator; from 2 up every number is tried."),
  exhaustive: z.boolean().default(false).describe("Tries every assignment of blocks, up to a limit."),
  recompute: z.boolean().default(true).describe("Computes activations again for the backward pass."),
  microBatches: microBatchesOption,
});

type Options = z.infer<typeof options>;

export const ftpipe: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "ftpipe",
    systems: ["ftpipe"],
    name: "FTPipe",
    summary: "Puts several stages on each accelerator, neighbours or not, so that the loads are even.",
    searchSpace: "any stages in an order that the data follow, several for each accelerator",
    paper:
      "Eliad, Hakimi, De Jager, Silberstein, Schuster: Fine-tuning giant neural networks on commodity hardware with automatic " +
      "pipeline model parallelism. USENIX ATC 2021",
    limits:
      "It assumes equal accelerators and the bandwidth of the slowest link. FTPipe trains with one version of the weights and " +
      "corrects for staleness; here weights are stashed as in PipeDream. Graphs have no names of modules or repeated blocks " +
      "here, so no layers are merged by module and centres are random.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: true,
    asynchronous: true,
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator, rng) {
      const on = equalDevices(scenario);
      if (typeof on === "string") return { failure: on };
      const seed = rng.int(2 ** 31);
      const { found: last } = yield* planWithin(evaluator, {
        microBatches: microBatchChoices(scenario, given.microBatches),
        find: (microBatches, share) => candidate(on, given, { microBatches, share, seed }),
        planOf: (found) => planOf(on, found, given),
      });
      if (last === null)
        return { failure: "The blocks fit the memory of the accelerators for no number of blocks." };
      const plan = planOf(on, last, given);
      return {
        estimate: { value: last.estimateUs, unit: "us", model: "FTPipe's slowest stage" },
        facts: stageFacts(sizesOf(last.stages), plan, on.devices.length),
      };
    },
  }),
};

interface Candidate {
  readonly stages: MixedStages;
  readonly microBatches: number;
  readonly estimateUs: number;
}

interface Search {
  readonly microBatches: number;
  /** Share of the memory that blocks may fill. */
  readonly share: number;
  readonly seed: number;
}

/** Null where the blocks do not fit. */
function candidate(on: EqualDevices, given: Options, search: Search): Candidate | null {
  const { microBatches } = search;
  const { scenario } = on.chain;
  const bytesPerUs = slowestBytesPerUs(scenario, on.devices);
  const { memoryBytesPerUs } = scenario.cluster.devices[on.devices[0]];
  const sameGpuSpeedup = Number.isFinite(bytesPerUs) ? Math.max(1, memoryBytesPerUs / bytesPerUs) : 1;
  const plain = layerGraph(on, 1 / microBatches, bytesPerUs);
  const partition = (graph: LayerGraph) =>
    mixedPipe(graph, pipeOptions(on, given, { ...search, sameGpuSpeedup }));
  if (given.schedule === "pipedream" && given.recompute) {
    const settled = settleLastStage(plain, sameGpuSpeedup, partition);
    if (settled === null) return null;
    return { stages: settled.found, microBatches, estimateUs: microBatches * settled.costUs };
  }
  const graph = given.recompute ? withRecomputation(plain) : plain;
  const stages = partition(graph);
  if (stages === null) return null;
  const fillUs = graph.forwardUs.reduce((sum, us, layer) => sum + us + graph.backwardUs[layer], 0);
  const estimateUs =
    given.schedule === "gpipe" ? fillUs + (microBatches - 1) * stages.costUs : microBatches * stages.costUs;
  return { stages, microBatches, estimateUs };
}

const withRecomputation = (graph: LayerGraph): LayerGraph => ({
  ...graph,
  backwardUs: graph.backwardUs.map((us, layer) => us + graph.forwardUs[layer]),
});

const MOST_ASSIGNMENTS = 20_000;

function pipeOptions(
  { devices, memoryBytes }: EqualDevices,
  { mode, blocks, exhaustive }: Options,
  { share, seed, sameGpuSpeedup }: Search & { readonly sameGpuSpeedup: number },
): MixedPipeOptions {
  const gpus = devices.length;
  const inTurn = mode === "paper" ? "largest-first" : "smallest-first";
  return {
    gpus,
    memoryBytes: memoryBytes * share,
    blocks: Array.from({ length: Math.max(1, blocks - 1) }, (_, i) => Math.min(blocks, i + 2) * gpus),
    assign: exhaustive ? "exhaustive" : inTurn,
    mode,
    weight: 1,
    sameGpuSpeedup,
    seed,
    limit: MOST_ASSIGNMENTS,
  };
}

function layerGraph({ chain, type }: EqualDevices, share: number, bytesPerUs: number): LayerGraph {
  const { count, weightBytes, gradientBytes, keptBytes } = chain;
  const states = 1 + chain.scenario.fidelity.optimizerSlots;
  const { from, to, bytes } = layerFlows(chain);
  return {
    count,
    ...shareTimes(chain, type, share),
    bytes: weightBytes.map((of, layer) => states * of + gradientBytes[layer] + share * keptBytes[layer]),
    from,
    to,
    sendUs: bytes.map((of) => (share * of) / bytesPerUs),
  };
}

function planOf({ chain, devices }: EqualDevices, { stages, microBatches }: Candidate, options: Options) {
  const { stageOf, gpuOf } = stages;
  const kept = options.schedule === "gpipe" ? -1 : gpuOf.length - 1;
  return planOfLayers(chain, stageOf, {
    stages: Array.from(gpuOf, (gpu) => ({ devices: [devices[gpu]], share: "split" as const })),
    microBatches,
    schedule: { name: options.schedule },
    recomputedLayers: Uint8Array.from(stageOf, (stage) => Number(options.recompute && stage !== kept)),
  });
}

function sizesOf({ stageOf, gpuOf }: MixedStages): Int32Array {
  const sizes = new Int32Array(gpuOf.length);
  for (const stage of stageOf) sizes[stage]++;
  return sizes;
}
