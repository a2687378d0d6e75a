/**
 * Random small pipelines of every schedule, from a seed. Times and bytes are small whole numbers.
 */

import { type Cluster, createRng, type Fidelity, type Scenario } from "../../../../env/index.ts";
import type { PipelinePlan, PipelineStage } from "../../../../env/model/plan/pipeline.ts";
import { chimeraStages } from "../../../../env/model/schedule/chimera/layout.ts";
import { lanesFrom } from "../../../../env/model/schedule/in-flight.ts";
import { chainScenario, pipelineOf, type TestLayer } from "../../model/plan/chain.ts";

type Rng = ReturnType<typeof createRng>;

export interface DrawnPipeline {
  readonly scenario: Scenario;
  readonly plan: PipelinePlan;
}

export const drawnSchedules = [
  "gpipe",
  "1f1b",
  "dapple-pa",
  "dapple-pb",
  "zb-h1",
  "interleaved-1f1b",
  "chimera",
  "2bw",
  "pipedream",
] as const;

export interface DrawOptions {
  /** `pairs`: each ordered pair of devices has a link of its own. */
  readonly networks: readonly ("pairs" | "egress" | "hub")[];
  readonly fidelity?: (rng: Rng) => Partial<Fidelity>;
  readonly memoryBytes?: number;
  /** Bytes and latencies of 0, so that nothing waits for a link. */
  readonly free?: boolean;
  /** Each stage sends to its neighbours alone: no skips and no tied weights. */
  readonly straight?: boolean;
}

export function drawnPipeline(seed: number, options: DrawOptions): DrawnPipeline {
  const rng = createRng(`pipeline ${seed}`);
  const pick = <T>(list: readonly T[]): T => list[rng.int(list.length)];
  const name = drawnSchedules[seed % drawnSchedules.length];
  const { stages, microBatches, schedule, gpus } = shapeFor(name, rng);
  const layerCount = stages.length + rng.int(3);
  const bytes = (most: number) => (options.free ? 0 : rng.int(most));
  const layers = Array.from(
    { length: layerCount },
    (): TestLayer => ({
      forwardUs: 1 + rng.int(4),
      backwardUs: 1 + rng.int(6),
      ...(rng.int(3) > 0 && { weightsUs: 1 + rng.int(3) }),
      updateUs: rng.int(3),
      weightBytes: rng.int(6),
      keptBytes: rng.int(9),
      outputBytes: bytes(7),
      workspaceBytes: rng.int(3) === 0 ? rng.int(20) : 0,
    }),
  );
  const hasHost = rng.int(2) === 0;
  const kinds = [...Array.from({ length: gpus }, () => "GPU"), ...(hasHost ? ["CPU"] : [])];
  const far = layerCount > 2 && !options.straight && rng.int(2) === 0;
  const scenario = chainScenario({
    layers,
    devices: kinds,
    cluster: clusterOf(kinds, pick(options.networks), rng, options),
    ...(hasHost && rng.int(2) === 0 && { inputs: { 0: bytes(5), [layerCount - 1]: bytes(4) } }),
    ...(!options.straight && rng.int(3) === 0 && layerCount > 1 && { tiedBytes: rng.int(8) }),
    ...(far && { skips: [[0, layerCount - 1]] }),
    fidelity: { optimizerSlots: rng.int(3), ...options.fidelity?.(rng) },
  });
  const stageOfLayer = stagesOfLayers(layerCount, stages.length, rng);
  const base = pipelineOf(scenario, textOf(stageOfLayer, stages));
  const flags = (chance: number) => {
    const of = stages.map(() => rng.int(chance) === 0);
    return Uint8Array.from(base.stageOf, (stage, v) =>
      scenario.graph.role[v] === 0 && of[stage] && rng.int(4) > 0 ? 1 : 0,
    );
  };
  const recompute = flags(3);
  const swap = flags(hasHost ? 4 : Number.MAX_SAFE_INTEGER).map((flag, v) => (recompute[v] === 1 ? 0 : flag));
  const plan: PipelinePlan = {
    ...base,
    stages,
    microBatches,
    schedule,
    ...(recompute.includes(1) && { recompute }),
    ...(swap.includes(1) && { swap }),
    ...(rng.int(2) === 0 && { collective: pick(["ring", "tree", "hierarchical"]) }),
    ...(rng.int(3) === 0 && { sync: "exposed" }),
  };
  return { scenario, plan };
}

/** Stages and micro-batches that a schedule takes. */
function shapeFor(name: string, rng: Rng) {
  const share = (): PipelineStage["share"] => (rng.int(2) === 0 ? "split" : "dealt");
  if (name === "chimera") {
    const workers = [0, 1, 2, 3].slice(0, rng.int(2) === 0 ? 2 : 4);
    const concat = ["direct", "doubling", "halving"][rng.int(3)];
    const units = 1 + rng.int(workers.length + 1);
    return {
      gpus: workers.length,
      stages: [...chimeraStages(workers, 1)],
      microBatches: units * (concat === "direct" ? 1 : 2),
      schedule: { name, concat },
    };
  }
  if (name === "interleaved-1f1b") {
    const groups = 1 + rng.int(3);
    const chunks = 1 + rng.int(2);
    const width = 1 + rng.int(2);
    const kind = share();
    const stages = Array.from({ length: groups * chunks }, (_, k) => ({
      devices: Array.from({ length: width }, (_d, i) => (k % groups) * width + i),
      share: kind,
    }));
    const lanes = kind === "dealt" ? width : 1;
    return {
      gpus: groups * width,
      stages,
      microBatches: groups * lanes * (1 + rng.int(2)),
      schedule: { name },
    };
  }
  const stageCount = 1 + rng.int(4);
  const gpus = 1 + rng.int(4);
  const free = rng.shuffle(Array.from({ length: gpus }, (_, d) => d));
  const stages = Array.from({ length: stageCount }, (_, s): PipelineStage => {
    const width = 1 + rng.int(Math.min(2, gpus));
    const devices = Array.from({ length: width }, (_d, i) => free[(s + i) % gpus]);
    return { devices, share: share() };
  });
  const shape = { deviceCount: gpus, stages, microBatches: 1, iterations: 1 };
  const least = name === "2bw" ? lanesFrom(shape)[0] : 1;
  return { gpus, stages, microBatches: least + rng.int(4), schedule: { name } };
}

/** Ascending, each stage with at least one layer. */
function stagesOfLayers(layers: number, stages: number, rng: Rng): number[] {
  const of = Array.from({ length: layers }, (_, i) => (i < stages ? i : rng.int(stages)));
  return of.sort((a, b) => a - b);
}

const textOf = (stageOfLayer: readonly number[], stages: readonly PipelineStage[]): string =>
  stages
    .map(({ devices }, s) => {
      const own = [...stageOfLayer.keys()].filter((layer) => stageOfLayer[layer] === s);
      return `${own.join()}@${devices.join()}`;
    })
    .join(" | ");

function clusterOf(
  kinds: readonly string[],
  network: "pairs" | "egress" | "hub",
  rng: Rng,
  { memoryBytes = Number.POSITIVE_INFINITY, free = false }: DrawOptions,
): Cluster {
  const count = kinds.length;
  const all = kinds.map((_, d) => d);
  const launchUs = rng.int(2) === 0 ? 0 : 0.5;
  const devices = kinds.map((kind, d) => ({
    name: `${kind.toLowerCase()}:${d}`,
    kind,
    flopsPerUs: { float32: 1 },
    memoryBytesPerUs: 1,
    memoryBytes: kind === "CPU" ? Number.POSITIVE_INFINITY : memoryBytes,
    launchUs,
  }));
  const latencyUs = free ? 0 : rng.int(2);
  const link = (name: string) => ({ name, bytesPerUs: free ? 1e15 : 1 + rng.int(3), latencyUs });
  const table = (route: (from: number, to: number) => number[]) =>
    all.map((from) => all.map((to) => (from === to ? [] : route(from, to))));
  if (network === "egress")
    return {
      name: network,
      devices,
      links: all.map((d) => link(`${d} out`)),
      routes: table((from) => [from]),
    };
  if (network === "pairs")
    return {
      name: network,
      devices,
      links: all.flatMap((from) => all.map((to) => link(`${from}-${to}`))),
      routes: table((from, to) => [from * count + to]),
    };
  return {
    name: network,
    devices,
    links: [...all.map((d) => link(`up ${d}`)), link("hub"), ...all.map((d) => link(`down ${d}`))],
    routes: table((from, to) => [from, count, count + 1 + to]),
  };
}
