/**
 * HetPipe's lines "works in the gym when". Workers in waves are simulated inside the planner: no
 * schedule of the event simulator has waves.
 */
import fc from "fast-check";
import { crossingBytes } from "../../../../agents/exact/stages/virtual-workers/parameter-servers.ts";
import { virtualWorkerPlan } from "../../../../agents/exact/stages/virtual-workers/virtual-workers.ts";
import { runWaves, stalenessBound } from "../../../../agents/exact/stages/virtual-workers/wave-clock.ts";
import { partitionWorker } from "../../../../agents/exact/stages/virtual-workers/worker-partition.ts";
import { workerPace } from "../../../../agents/exact/stages/virtual-workers/worker-pipeline.ts";
import type { Rng } from "../../../../env/index.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import {
  randomChain,
  randomCluster,
  randomMemory,
  tryEverything,
} from "../../../agents/exact/stages/virtual-workers/every-partition.ts";
import { fourNodes } from "../../../agents/exact/stages/virtual-workers/four-nodes.ts";
import { chainScenario, pipelineOf, straightText } from "../../../env/model/plan/chain.ts";
import type { SystemCheck } from "../check.ts";
import { cases, drawn, offBy, percent, range, tiny } from "./figures.ts";

const partition: SystemCheck = {
  system: "hetpipe",
  check:
    "slowest stage by permutations and DP, 150 random chains of 4 to 8 layers on 4 GPUs of 2 types, memory limits",
  target: "equal to brute force",
  seeds: 1,
  async run() {
    const given = fc.sample(fc.tuple(randomChain, randomCluster, randomMemory), { numRuns: 150, seed: 1 });
    let [worst, none] = [0, 0];
    for (const [chain, cluster, memory] of given) {
      const gpus = [0, 0, 1, 1];
      const least = tryEverything(chain, cluster, gpus, memory);
      if (least === Infinity) none++;
      worst = Math.max(
        worst,
        offBy(partitionWorker(chain, cluster, gpus, memory)?.slowestUs ?? Infinity, least),
      );
    }
    return {
      measured: `off by ${tiny(worst)} at most; nothing fits in ${none} of 150, by both`,
      passed: worst < 1e-9,
    };
  },
};

const randomStages = (rng: Rng, k: number) => {
  const [forward, backward] = [drawn(rng, k, 1, 20), drawn(rng, k, 1, 40)];
  return forward.map((forwardUs, s) => ({ forwardUs, backwardUs: backward[s] }));
};

const ROUNDING = 1e-9;

/** In PipeDream's order, which alternates both passes, with k minibatches in flight. */
function simulatedPeriod(stages: readonly { forwardUs: number; backwardUs: number }[]): number {
  const M = 4;
  const layers = stages.map(({ forwardUs, backwardUs }) => ({
    forwardUs: forwardUs * M,
    backwardUs: backwardUs * M,
  }));
  const scenario = chainScenario({ layers });
  const plan = pipelineOf(scenario, straightText(stages.length, M, "pipedream"));
  return runPipeline(scenario, plan).iterationUs / M;
}

const pace: SystemCheck = {
  system: "hetpipe",
  check:
    "minibatches of a worker of k identical GPUs, k of 1 to 6, Nm of k to 2 k: equal stages, 300 random ones",
  target: "one in the slowest stage's forward and backward time",
  seeds: 1,
  async run() {
    let equal = 0;
    const slower = { few: [] as number[], more: [] as number[], simulator: [] as number[] };
    for (const k of range(1, 6))
      for (const inFlight of range(k, 2 * k)) {
        const stages = range(1, k).map(() => ({ forwardUs: 2, backwardUs: 3 }));
        equal = Math.max(equal, offBy(workerPace(stages, inFlight).periodUs, 5));
      }
    for (const rng of cases("hetpipe pace", 300)) {
      const [k] = drawn(rng, 1, 1, 6);
      const stages = randomStages(rng, k);
      const slowest = Math.max(...stages.map(({ forwardUs, backwardUs }) => forwardUs + backwardUs));
      for (const inFlight of range(k, 2 * k))
        slower[inFlight === k ? "few" : "more"].push(workerPace(stages, inFlight).periodUs / slowest - 1);
      slower.simulator.push(simulatedPeriod(stages) / slowest - 1);
    }
    const words = (list: readonly number[]) => {
      const reached = list.filter((each) => each < ROUNDING).length;
      return `${reached} of ${list.length}${reached < list.length ? `, else up to ${percent(Math.max(...list))} longer` : ""}`;
    };
    return {
      measured:
        `equal stages off by ${tiny(equal)} at most; random ones in the planner's simulation: Nm = k ` +
        `${words(slower.few)}; Nm > k ${words(slower.more)}; in the event simulator, Nm = k: ${words(slower.simulator)}`,
      passed: Math.max(equal, ...slower.few, ...slower.more, ...slower.simulator) < ROUNDING,
    };
  },
};

const staleness: SystemCheck = {
  system: "hetpipe",
  check:
    "most missing minibatches in the planner's simulation of WSP, D of 0 to 4, Nm of 1 to 8, workers of speeds 1:2:3:4",
  target: "(D + 1) Nm + Nm - 2, never more and attained; 400 random groups of workers never more",
  seeds: 1,
  async run() {
    let [attained, settings, above] = [0, 0, 0];
    for (const distance of range(0, 4))
      for (const inFlight of range(1, 8)) {
        const workers = [12, 6, 4, 3].map((periodUs) => ({
          periodUs,
          latencyUs: periodUs * inFlight,
          pushUs: 0,
        }));
        const run = runWaves(workers, { inFlight, distance }, 64);
        settings++;
        if (run.staleness === stalenessBound({ inFlight, distance })) attained++;
      }
    for (const rng of cases("hetpipe waves", 400)) {
      const setting = { inFlight: 1 + rng.int(6), distance: rng.int(5) };
      const workers = range(0, rng.int(4)).map(() => ({
        periodUs: 1 + rng.int(50),
        latencyUs: 1 + rng.int(200),
        pushUs: rng.int(101),
      }));
      if (runWaves(workers, setting, 24).staleness > stalenessBound(setting)) above++;
    }
    return {
      measured: `attained in ${attained} of ${settings} settings; above it in ${above} of 400`,
      passed: attained === settings && above === 0,
    };
  },
};

const shards: SystemCheck = {
  system: "hetpipe",
  check: "parameter bytes between nodes for one wave, workers of one GPU of each of 4 nodes (ED)",
  target: "0 with local shards, 2 |W| (1 - 1/4) round-robin",
  seeds: 1,
  async run() {
    const { chain, cluster, options } = fourNodes;
    const plan = virtualWorkerPlan(chain, cluster, { ...options, policies: ["equal"] })!;
    const weights = chain.weightBytes.reduce((sum, bytes) => sum + bytes, 0);
    const each = plan.workers.map(({ stages }) =>
      (["local", "roundRobin"] as const).map((sharding) =>
        crossingBytes(stages, chain.weightBytes, sharding, 4),
      ),
    );
    const [local, robin] = [0, 1].map((at) => [...new Set(each.map((bytes) => bytes[at]))].join(", "));
    return {
      measured: `${local} and ${robin} bytes for each of ${each.length} workers, |W| = ${weights}`,
      passed: each.every(([own, all]) => own === 0 && offBy(all, 2 * weights * (1 - 1 / 4)) < 1e-12),
    };
  },
};

export const checks: readonly SystemCheck[] = [partition, pace, staleness, shards];
