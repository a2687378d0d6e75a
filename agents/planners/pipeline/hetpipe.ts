/**
 * HetPipe (Park et al., USENIX ATC 2020): virtual workers of unlike GPUs, each a pipeline, that
 * share the mini-batches (exact/stages/virtual-workers/virtual-workers.ts). Its policies for a
 * worker are a node (NP), a GPU of each node (ED), and halves of a fast and a slow node (HD). It
 * tries all, with each number of mini-batches in flight.
 *
 * A mini-batch is a micro-batch of the plan; the virtual workers take them in turn. So one plan
 * holds workers that cut the layers alike, as those of ED do: each stage has a replica in every
 * worker. Where HetPipe's workers have cuts of their own, the best plan of common cuts takes their
 * place (exact/stages/virtual-workers/common-cuts.ts). A fact then says what HetPipe's would have
 * reached.
 */
import { z } from "zod";
import { layerChain } from "../../../env/model/layers/layer-chain.ts";
import { type LayerStage, stagePlan } from "../../../env/model/layers/stage-plan.ts";
import type { Fact, PlannerModule } from "../../contract.ts";
import { type Allocation, allocations, type GpuCluster } from "../../exact/stages/virtual-workers/cluster.ts";
import { hasCommonCuts, withCommonCuts } from "../../exact/stages/virtual-workers/common-cuts.ts";
import { type GpuNodes, gpuNodes, typedChain } from "../../exact/stages/virtual-workers/gpu-nodes.ts";
import {
  type VirtualWorkerOptions,
  type VirtualWorkerPlan,
  virtualWorkerPlan,
} from "../../exact/stages/virtual-workers/virtual-workers.ts";
import type { TypedChain } from "../../exact/stages/virtual-workers/worker-partition.ts";
import { minibatchesOf } from "../../problems/pipeline/minibatches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  policy: z
    .enum(["best", ...allocations])
    .default("best")
    .describe("Virtual workers of a node, of equal mixes of nodes, of hybrid pairs of nodes, or the best."),
  distance: z.int().min(0).default(0).describe("Waves that a virtual worker may be ahead of another, D."),
  minibatches: z
    .int()
    .min(0)
    .default(0)
    .describe("Mini-batches that the scenario's batch is divided into; 0 takes one for each accelerator."),
  layers: z.int().min(1).default(96).describe("Most layers; longer chains are merged first."),
});

export const hetpipe: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "hetpipe",
    systems: ["hetpipe"],
    name: "HetPipe",
    summary:
      "Forms virtual workers of unlike accelerators by three policies, and cuts the layers for the types and memories of each.",
    searchSpace: "virtual workers by policy, order of their accelerators, cuts, mini-batches in flight",
    paper:
      "Park, Yi, Lee, Park, Chang, Lee, Kim, Choi: HetPipe: Enabling Large DNN Training on (Whimpy) Heterogeneous GPU Clusters " +
      "through Integration of Pipelined Model Parallelism and Data Parallelism. USENIX ATC 2020",
    limits:
      "A dynamic program takes the place of its integer program. One plan cannot hold virtual workers with different cuts, as " +
      "NP and HD make them on unlike nodes: there the best workers of common cuts are planned. Weights are summed after each " +
      "mini-batch of every worker, not once in a wave by parameter servers, and workers take turns, so that D is only in the " +
      "estimate. No more mini-batches are in flight than a worker has accelerators.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "seconds",
    random: false,
    asynchronous: true,
  },
  options,
  create: ({ policy, distance, minibatches, layers }) => ({
    async *plan(scenario, evaluator) {
      const chain = layerChain(scenario, layers);
      if (typeof chain === "string") return { failure: chain };
      const nodes = gpuNodes(chain);
      const count = minibatchesOf({ chain, devices: nodes.devicesOf.flat() }, minibatches);
      const typed = typedChain(chain, 1 / count);
      const setting = {
        policies: policy === "best" ? allocations : [policy],
        distance,
        stateFactor: 1 + scenario.fidelity.optimizerSlots,
        versions: true,
      };
      const planOf = ({ plan }: Found) =>
        stagePlan(chain, {
          stages: stagesOf(nodes, plan),
          microBatches: count,
          schedule: { name: "pipedream", inFlight: plan.inFlight },
        });
      const { found } = yield* planWithin(evaluator, {
        microBatches: [count],
        find: (_, memoryShare) => bestOf(typed, withMemory(nodes.cluster, memoryShare), setting),
        planOf,
      });
      if (found === null)
        return { failure: "No virtual workers of these nodes fit the layers in their memory." };
      const lengths = found.plan.workers[0].stages.map(({ from, to }) => to - from);
      return {
        estimate: {
          value: found.estimateUs * count,
          unit: "us",
          model: "HetPipe's virtual workers in waves",
        },
        facts: [
          ...stageFacts(lengths, planOf(found), nodes.devicesOf.flat().length),
          ...factsOf(found.plan),
          ...lostFacts(found.unbound, count),
        ],
      };
    },
  }),
};

const withMemory = (cluster: GpuCluster, share: number): GpuCluster => ({
  ...cluster,
  nodes: cluster.nodes.map((node) => ({ ...node, memoryBytes: node.memoryBytes * share })),
});

interface Found {
  /** Of common cuts. */
  readonly plan: VirtualWorkerPlan;
  /** Of any cuts. */
  readonly unbound: VirtualWorkerPlan;
  /** Of common cuts, for one mini-batch. */
  readonly estimateUs: number;
}

/** The best plan of common cuts, and the best one of any, over the policies. */
function bestOf(
  typed: TypedChain,
  cluster: GpuCluster,
  { policies, ...rest }: Omit<VirtualWorkerOptions, "mostInFlight"> & { policies: readonly Allocation[] },
): Found | null {
  let best: Found | null = null;
  for (const policy of policies) {
    const gpus = Math.max(...cluster.nodes.map((node) => node.gpus));
    const mostInFlight = policy === "equal" ? cluster.nodes.length : gpus;
    const all = { ...rest, policies: [policy], mostInFlight };
    const unbound = virtualWorkerPlan(typed, cluster, all);
    if (unbound === null) continue;
    const plan = withCommonCuts(typed, cluster, all, unbound);
    const least: VirtualWorkerPlan = best === null || plan.batchUs < best.estimateUs ? plan : best.plan;
    best = {
      plan: least,
      unbound: best === null || unbound.batchUs < best.unbound.batchUs ? unbound : best.unbound,
      estimateUs: least.batchUs,
    };
  }
  return best;
}

/** Each worker takes the next accelerator of a node. */
function stagesOf({ devicesOf }: GpuNodes, { workers }: VirtualWorkerPlan): LayerStage[] {
  const taken = devicesOf.map(() => 0);
  const devices = workers.map(({ stages }) => stages.map(({ node }) => devicesOf[node][taken[node]++]));
  return workers[0].stages.map(({ from, to }, stage) => ({
    from,
    to,
    devices: devices.map((own) => own[stage]),
    share: "dealt",
  }));
}

const factsOf = ({ policy, workers, inFlight, staleness }: VirtualWorkerPlan): Fact[] => [
  { name: "policy", value: policy },
  { name: "virtual workers", value: workers.length },
  { name: "accelerators of each", value: workers[0].stages.length },
  { name: "mini-batches in flight", value: inFlight },
  { name: "most mini-batches that weights miss", value: staleness },
];

/** Said where one pipeline plan does not hold what HetPipe would choose. */
const lostFacts = (unbound: VirtualWorkerPlan, minibatches: number): Fact[] =>
  hasCommonCuts(unbound)
    ? []
    : [
        {
          name: "estimate with cuts of each worker's own",
          value: unbound.batchUs * minibatches,
          unit: "us",
        },
      ];
