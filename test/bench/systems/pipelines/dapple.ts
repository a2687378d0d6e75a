/** DAPPLE's lines "works in the gym when". */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { deviceSet } from "../../../../agents/exact/stages/dapple/machines.ts";
import { type PivotStages, pivotLatency } from "../../../../agents/exact/stages/dapple/pivot.ts";
import { dapplePlan } from "../../../../agents/exact/stages/dapple/planner.ts";
import { bestReleased, releasedPlans } from "../../../../agents/exact/stages/dapple/released-planner.ts";
import { dataParallelSpeedup } from "../../../../agents/exact/stages/dapple/released-score.ts";
import { createPipelineRunner } from "../../../../env/sim/lower/run.ts";
import { earlyBackward } from "../../../agents/exact/stages/dapple/early-backward.ts";
import { leastLatency } from "../../../agents/exact/stages/dapple/every-plan.ts";
import { randomQuestion } from "../../../agents/exact/stages/dapple/random-chain.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../../env/model/plan/chain.ts";
import { bert48, dapplePlanner } from "../../../golden/checks/dapple-planner.ts";
import { sharedPath } from "../../../shared-folder.ts";
import type { SystemCheck } from "../check.ts";
import { absent, cases, drawn, goldenSummary, offBy, percent, range, tiny } from "./figures.ts";

/** Forward passes of a stage before its first backward, by policy. */
const POLICIES = {
  PA: (stage: number, count: number) => count - stage,
  PB: (stage: number, count: number) => 2 * (count - stage) - 1,
} as const;

const equalStages = (count: number, forward: number, backward: number, sync = 0): PivotStages => ({
  forward: new Array<number>(count).fill(forward),
  backward: new Array<number>(count).fill(backward),
  allReduce: new Array<number>(count).fill(sync),
});

/** Largest error of equal stages against (M + S - 1)(F + B) + AR. */
function uniformError(): number {
  let worst = 0;
  for (const S of range(1, 16))
    for (const M of range(1, 64)) {
      const found = pivotLatency(equalStages(S, 2, 3, 7), M);
      worst = Math.max(worst, offBy(found, (M + S - 1) * 5 + 7));
    }
  return worst;
}

/** Where one stage takes longer than all others together: 500 pipelines. */
function dominated() {
  let [exact, worst, most] = [0, 0, 0];
  for (const rng of cases("dapple dominated", 500)) {
    const [S] = drawn(rng, 1, 1, 6);
    const times = [drawn(rng, S, 1, 20), drawn(rng, S, 1, 20)];
    const at = rng.int(S);
    const [forward, backward] = times.map((each) => each.map((us, s) => (s === at ? 400 : us)));
    const stages = { forward, backward, allReduce: new Array<number>(S).fill(0) };
    const M = 1 + rng.int(64);
    const off = offBy(pivotLatency(stages, M), earlyBackward(stages, M));
    worst = Math.max(worst, off);
    if (off < 1e-12) exact++;
    else most = Math.max(most, M / S);
  }
  return { exact, worst, most };
}

interface Errors {
  readonly M: number;
  readonly formula: number;
  /** With the pivot of the longest such path. */
  readonly longest: number;
}

/** How far below the simulated schedule the formula is, as a share of it; 1,000 pipelines. */
function randomErrors(policy: keyof typeof POLICIES): Errors[] {
  return cases("dapple pivot", 1000).map((rng) => {
    const forward = Array.from({ length: 2 + rng.int(5) }, () => 1 + 4 * rng.next());
    const stages = { forward, backward: forward.map((us) => 2 * us), allReduce: forward.map(() => 0) };
    const M = 1 + rng.int(64);
    const simulated = earlyBackward(stages, M, POLICIES[policy]);
    const formula = pivotLatency(stages, M);
    // With equal ratios of both phases, fill, M passes and drain of a stage are this long.
    const through = forward.map((us, s) => 3 * ((M - 1) * us + sumTo(forward, s)));
    return { M, formula: 1 - formula / simulated, longest: 1 - Math.max(...through) / simulated };
  });
}

const sumTo = (values: readonly number[], last: number) =>
  values.slice(0, last + 1).reduce((sum, value) => sum + value, 0);

const pivot: SystemCheck = {
  system: "dapple",
  check:
    "pivot latency: equal stages, one that dominates, 1,000 random pipelines of 2 to 6 stages with M of 1 to 64",
  target: "(M + S - 1)(F + B) + AR; exact; within 5% of the simulated schedule",
  seeds: 1,
  async run() {
    const uniform = uniformError();
    const { exact, worst: furthest, most } = dominated();
    const words: string[] = [];
    let within = true;
    for (const policy of ["PA", "PB"] as const) {
      const errors = randomErrors(policy);
      const share = (from: number) => {
        const some = errors.filter(({ M }) => M >= from);
        return percent(some.filter(({ formula }) => formula <= 0.05).length / some.length);
      };
      const worst = (from: number, of: "formula" | "longest") =>
        percent(Math.max(...errors.filter(({ M }) => M >= from).map((each) => each[of])));
      within &&= errors.every(({ formula }) => Math.abs(formula) <= 0.05);
      words.push(
        `${policy} within 5% in ${share(1)}, at most ${worst(1, "formula")} below it (from M = 32 on ${share(32)}, ` +
          `${worst(32, "formula")}; ${worst(1, "longest")} with the stage of the longest path as pivot)`,
      );
    }
    return {
      measured:
        `equal stages off by ${tiny(uniform)} at most; dominated exact in ${exact} of 500, else up to ` +
        `${percent(furthest)} below, with M up to ${most.toFixed(1)} S; ${words.join("; ")}`,
      passed: uniform < 1e-12 && exact === 500 && within,
    };
  },
};

const schedule: SystemCheck = {
  system: "dapple",
  check:
    "S of 1 to 12 equal stages, eight M of 1 to 64, on the event simulator: live micro-batches, time; D of 1 to 6",
  target: "K_i: min(S - i, D) for PA, min(2(S - i) - 1, D) for PB; GPipe's makespan",
  seeds: 1,
  async run() {
    const found = { peaks: 0, all: 0, worst: 0 };
    for (const S of range(1, 12))
      for (const M of [1, 2, 3, 5, 8, 16, 33, 64]) {
        const layer = { forwardUs: 2, backwardUs: 3, keptBytes: M };
        const scenario = chainScenario({ layers: uniformLayers(S, layer) });
        const { run } = createPipelineRunner(scenario);
        const us = run(pipelineOf(scenario, straightText(S, M, "gpipe"))).iterationUs;
        for (const policy of ["PA", "PB"] as const)
          for (const depth of [null, ...range(1, 6)]) {
            const name = `dapple-${policy.toLowerCase()}`;
            const words = depth === null ? "" : ` depth=${depth}`;
            const own = run(pipelineOf(scenario, `${straightText(S, M, name)}${words}`));
            const most = range(0, S - 1).map((i) => Math.min(POLICIES[policy](i, S), depth ?? M, M));
            found.all++;
            if (String([...own.peakBytes].map(Math.round)) === String(most)) found.peaks++;
            // A depth below S - i keeps the pipeline from filling.
            if (depth === null) found.worst = Math.max(found.worst, offBy(own.iterationUs, us));
          }
      }
    return {
      measured: `live micro-batches so in ${found.peaks} of ${found.all}; makespans off by ${tiny(found.worst)} at most without a limit D`,
      passed: found.peaks === found.all && found.worst < 1e-12,
    };
  },
};

const planner: SystemCheck = {
  system: "dapple",
  check:
    "memoised planner on 300 random chains of up to 8 layers, up to 4 devices on 2 machines, the three policies",
  target: "enumeration of all plans is never better",
  seeds: 1,
  async run() {
    let [better, worst] = [0, 0];
    for (const question of fc.sample(randomQuestion, { numRuns: 300, seed: 14 })) {
      const off = dapplePlan(question)!.latency / leastLatency(question) - 1;
      if (off > 1e-12) better++;
      worst = Math.max(worst, off);
    }
    return {
      measured: `better in ${better} of 300${better > 0 ? `, by up to ${percent(worst)}` : ""}`,
      passed: better === 0,
    };
  },
};

const released: SystemCheck = {
  system: "dapple",
  check: "`mode=code` on BERT-48, 2 x 8 devices, batch 64; 194 rows of the golden file",
  target:
    "stages 0-29 and 30-54, 8 copies, speed-up 12.33706; data parallel 4.82224; two-stage search 10.556",
  seeds: 1,
  async run() {
    const summary = goldenSummary(dapplePlanner);
    if (summary === null) return absent;
    const given = bert48(JSON.parse(readFileSync(sharedPath("golden", "dapple-planner.json")!, "utf8")));
    const plans = releasedPlans(given);
    const best = bestReleased(plans)!;
    const parallel = dataParallelSpeedup(given, deviceSet(range(0, 15), given.ends));
    const two = plans.find(({ kind }) => kind === "bipartition")!.speedup;
    const stages = best.stages.map(({ first, last }) => `${first}-${last}`).join(" and ");
    const isRight =
      // The program's own tuples end a stage one state beyond or at its last, in turn.
      stages === "0-30 and 30-54" &&
      best.kind === "straight" &&
      best.copies === 8 &&
      best.stages.every(({ on }) => on.devices.length === 8) &&
      Math.abs(best.speedup - 12.33706) < 0.5e-5 &&
      Math.abs(parallel - 4.82224) < 0.5e-5 &&
      Math.abs(two - 10.556) < 0.5e-3;
    return {
      measured:
        `program's tuples ${stages} in ${best.copies} copies, ${best.kind}, ${best.speedup.toFixed(5)}; ` +
        `data parallel ${parallel.toFixed(5)}; two-stage search ${two.toFixed(3)}; ${summary.equal} of ` +
        `${summary.rows} rows, off by ${tiny(summary.worstRelative)} at most`,
      passed: isRight && summary.equal === summary.rows,
    };
  },
};

export const checks: readonly SystemCheck[] = [pivot, schedule, planner, released];
