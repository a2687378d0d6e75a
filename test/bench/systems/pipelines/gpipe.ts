/** GPipe's lines "works in the gym when". Times and memory are those of the event simulator. */
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import type { Rng } from "../../../../env/index.ts";
import { createPipelineRunner, runPipeline } from "../../../../env/sim/lower/run.ts";
import { compositions, sumsOf } from "../../../agents/exact/cuts/sums.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../../env/model/plan/chain.ts";
import type { SystemCheck } from "../check.ts";
import { cases, drawn, range, tiny } from "./figures.ts";
import { heldBy } from "./observed-stage.ts";

const EXACT = 1e-12;
const RATIOS = [
  [1, 1],
  [1, 2],
  [2, 3],
  [3, 1],
  [0.7, 0.45],
] as const;

const idle: SystemCheck = {
  system: "gpipe",
  check: "idle share of K equal stages, K of 1 to 16, M of 1 to 64, five ratios f:b, transfers free",
  target: "(K - 1)/(M + K - 1) to 1e-12",
  seeds: 1,
  async run() {
    let worst = 0;
    for (const [forwardUs, backwardUs] of RATIOS)
      for (const K of range(1, 16)) {
        const scenario = chainScenario({ layers: uniformLayers(K, { forwardUs, backwardUs }) });
        const runner = createPipelineRunner(scenario);
        for (const M of range(1, 64)) {
          const { iterationUs } = runner.run(pipelineOf(scenario, straightText(K, M, "gpipe")));
          const share = 1 - (forwardUs + backwardUs) / iterationUs;
          worst = Math.max(worst, Math.abs(share - (K - 1) / (M + K - 1)));
        }
      }
    return {
      measured: `${16 * 64 * RATIOS.length} runs, off by ${tiny(worst)} at most`,
      passed: worst <= EXACT,
    };
  },
};

const stash: SystemCheck = {
  system: "gpipe",
  check:
    "tensors at the peak of inner stages: 3 to 8 stages, M of 1 to 32; those on their way are not counted",
  target: "M whole without checkpointing; with it one whole and M boundary tensors",
  seeds: 1,
  async run() {
    const equal = { never: 0, always: 0 };
    let runs = 0;
    for (const stages of range(3, 8))
      for (const observed of range(1, stages - 2))
        for (const M of range(1, 32)) {
          const given = { stages, stage: observed, microBatches: M, schedule: "gpipe", inputIsUsed: true };
          const [never, always] = [false, true].map((recompute) => heldBy({ ...given, recompute }));
          runs++;
          if (never.kept === M && never.inputs === M) equal.never++;
          if (always.kept === 1 && always.inputs === M) equal.always++;
        }
    return {
      measured: `so in ${equal.never} of ${runs} stages without checkpointing, in ${equal.always} with it`,
      passed: equal.never === runs && equal.always === runs,
    };
  },
};

const partition: SystemCheck = {
  system: "gpipe",
  check: "largest cost of min-max cuts against all cuts, 500 random sequences, L <= 12, K <= 5",
  target: "equal on all",
  seeds: 1,
  async run() {
    const given = cases("gpipe cuts", 500).map((rng) => {
      const [layers] = drawn(rng, 1, 1, 12);
      const [stages] = drawn(rng, 1, 1, Math.min(5, layers));
      return { costs: drawn(rng, layers, 0, 40), stages };
    });
    const equal = given.filter(({ costs, stages }) => {
      const largest = (lengths: readonly number[]) => Math.max(...sumsOf(costs, lengths));
      const least = Math.min(...[...compositions(costs.length, stages)].map(largest));
      return largest(minMaxLengths(costs, stages)) === least;
    }).length;
    return { measured: `equal on ${equal} of ${given.length}`, passed: equal === given.length };
  },
};

type Checkpoint = "never" | "always" | "except-last";

/** Time of a batch on stages with these forward times; `backward` is in forward passes. */
function batchUs(forwardUs: readonly number[], backward: number, M: number, checkpoint: Checkpoint): number {
  const layers = forwardUs.map((us) => ({ forwardUs: us, backwardUs: backward * us, keptBytes: 1 }));
  const scenario = chainScenario({ layers });
  const options = checkpoint === "except-last" ? " recompute=except-last" : "";
  const words = checkpoint === "never" ? "" : "again";
  const text = `${straightText(layers.length, M, "gpipe").replaceAll(/@(\d+)/g, `@$1 ${words}`)}${options}`;
  return runPipeline(scenario, pipelineOf(scenario, text)).iterationUs;
}

const COUNTS = [1, 2, 3, 4, 6, 8, 16, 32, 64];

interface RandomStages {
  /** Of the whole batch. */
  readonly forwardUs: readonly number[];
  /** Time of a backward pass in forward passes. */
  readonly backward: number;
}

/** The slowest stage may be anywhere. */
const randomStages = (rng: Rng): RandomStages => ({
  forwardUs: drawn(rng, 1 + rng.int(6), 10, 60),
  backward: 1 + rng.int(3),
});

/** Steps to a greater M that took longer, with and without checkpointing. */
function longerWithMore(pipelines: readonly RandomStages[]) {
  let [longer, steps] = [0, 0];
  for (const { forwardUs, backward } of pipelines)
    for (const checkpoint of ["never", "always"] as const) {
      const us = COUNTS.map((M) => batchUs(forwardUs, backward, M, checkpoint));
      steps += us.length - 1;
      longer += us.slice(1).filter((time, i) => time > us[i] * (1 + EXACT)).length;
    }
  return { longer, steps };
}

/** What recomputation adds, in forwards of the slowest stage, less M or M - 1. */
function addedForwards({ forwardUs, backward }: RandomStages): number[] {
  const slowest = Math.max(...forwardUs);
  return COUNTS.flatMap((M) => {
    const never = batchUs(forwardUs, backward, M, "never");
    const added = (checkpoint: Checkpoint) =>
      (batchUs(forwardUs, backward, M, checkpoint) - never) / (slowest / M);
    return [added("always") - M, added("except-last") - (M - 1)];
  });
}

const times: SystemCheck = {
  system: "gpipe",
  check: "time as M grows from 1 to 64; time with recomputation less time without: 200 random pipelines",
  target: "never longer with more; M or M - 1 forwards of the slowest stage",
  seeds: 1,
  async run() {
    const pipelines = cases("gpipe times", 200).map(randomStages);
    const { longer, steps } = longerWithMore(pipelines);
    const isLast = ({ forwardUs }: RandomStages) => forwardUs.at(-1) === Math.max(...forwardUs);
    const [last, others] = [pipelines.filter(isLast), pipelines.filter((each) => !isLast(each))].map((each) =>
      each.flatMap(addedForwards),
    );
    const same = (off: readonly number[]) => off.filter((each) => Math.abs(each) < 1e-6).length;
    const off = [...last, ...others];
    return {
      measured:
        `longer in ${longer} of ${steps} steps; the difference so in ${same(last)} of ${last.length} where the last ` +
        `stage is the slowest, in ${same(others)} of ${others.length} elsewhere, off by ${Math.min(...off).toFixed(2)} ` +
        `to ${Math.max(...off).toFixed(2)} forwards`,
      passed: longer === 0 && same(off) === off.length,
    };
  },
};

export const checks: readonly SystemCheck[] = [idle, stash, partition, times];
