/**
 * GPT-like stacks for AutoMap's lines: equal Transformer blocks, batch 1, on a mesh of one axis.
 * Memory is a fifth above the peak of Megatron's layout, so weights cannot be held whole. There are
 * no embeddings and no logits: their layout is open, and they would outweigh few layers.
 */
import type { Cluster, Scenario, ShardingPlan } from "../../../../env/index.ts";
import { evaluator } from "../../../../env/index.ts";
import { isCpu } from "../../../../env/model/cluster/cluster.ts";
import { Role } from "../../../../env/model/graph/graph.ts";
import { shardingSummary } from "../../../../env/sim/timeline/sharding-summary.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import {
  type BlockSizes,
  megatron,
  transformerStack,
} from "../../../env/sim/lower/sharding/transformer-block.ts";
import { scenarioOf } from "../runs.ts";

const SIZES = { b: 1, s: 512, h: 1024, a: 16, d: 64, f: 4096 };
const MEMORY = 1.2;
const OPTIMIZER = { optimizerSlots: 2 };
/** One link for each device, so that a ring is as good as any other mesh of it. */
const CLUSTERS = { 4: "4xV100", 8: "8xA100-switch" } as const;

export interface GptLike {
  readonly scenario: Scenario;
  readonly megatron: ShardingPlan;
  /** Value of Megatron's layout, us. */
  readonly value: number;
  /** Whether a plan sends what Megatron's does, to 1%, and has at most 1.01 times its peak. */
  isMegatron(plan: ShardingPlan): boolean;
}

export interface StackOptions {
  readonly sizes: BlockSizes;
  readonly layers: number;
  readonly cluster: Cluster;
  readonly devices: number;
  /** Of each accelerator, over the peak of Megatron's layout. */
  readonly memory: number;
}

/** A stack under a limit of memory, and Megatron's layout of it. */
export function limitedStack({ sizes, layers, cluster, devices, memory }: StackOptions) {
  const stack = transformerStack(sizes, layers);
  const open = shardedScenario(stack, cluster, OPTIMIZER);
  const whole = megatron(stack, devices);
  const split = whole.split.map((own, v) => (stack.graph.role[v] === Role.forward ? own : null));
  const plan: ShardingPlan = { ...whole, split };
  const { peakBytes } = evaluator(open).evaluate(plan);
  const memoryBytes = memory * Math.max(...peakBytes.subarray(0, devices));
  const limited = cluster.devices.map((device) => (isCpu(device) ? device : { ...device, memoryBytes }));
  return { scenario: shardedScenario(stack, { ...cluster, devices: limited }, OPTIMIZER), plan };
}

export const clusterOf = async (name: string): Promise<Cluster> =>
  (await scenarioOf(`gpt2-124m/${name}?layers=1&batch=1`)).cluster;

export async function gptLike(layers: number, devices: keyof typeof CLUSTERS): Promise<GptLike> {
  const cluster = await clusterOf(CLUSTERS[devices]);
  const { scenario, plan } = limitedStack({ sizes: SIZES, layers, cluster, devices, memory: MEMORY });
  const expected = sentAndPeak(scenario, plan);
  return {
    scenario,
    megatron: plan,
    value: evaluator(scenario).evaluate(plan).value!,
    isMegatron(other) {
      const { sent, peak } = sentAndPeak(scenario, other);
      return Math.abs(sent - expected.sent) <= 0.01 * expected.sent && peak <= 1.01 * expected.peak;
    },
  };
}

function sentAndPeak(scenario: Scenario, plan: ShardingPlan) {
  const { collectives, peakBytes } = shardingSummary(scenario, plan);
  return {
    sent: collectives.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    peak: peakBytes.reduce((most, bytes) => Math.max(most, bytes), 0),
  };
}
