/** Chimera's lines "works in the gym when". */

import { chimera } from "../../../../agents/planners/pipeline/chimera.ts";
import { evaluator } from "../../../../env/index.ts";
import { type LayerChain, layerChain } from "../../../../env/model/layers/layer-chain.ts";
import { stagePlan } from "../../../../env/model/layers/stage-plan.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import { checkSchedule } from "../../../../env/model/schedule/check/schedule-checker.ts";
import { chimeraStages } from "../../../../env/model/schedule/chimera/layout.ts";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { trainingStep } from "../../../agents/planners/pipeline/training-step.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { runInSlots, uniformTimes } from "../../../env/model/schedule/slots.ts";
import { chimeraSchedules, chimeraShape } from "../../../golden/checks/chimera-schedules.ts";
import type { SystemCheck } from "../check.ts";
import { goldenSummary, percent, range, tiny } from "./figures.ts";

/** Depth, micro-batches, pairs, slots. */
const PUBLISHED = [
  [4, 4, 1, 10],
  [8, 8, 1, 22],
  [16, 16, 1, 46],
  [4, 8, 1, 18],
  [8, 8, 2, 18],
] as const;

const slotsOf = (D: number, N: number, f: number) => {
  const shape = chimeraShape(D, N, f);
  return runInSlots(shape, makeSchedule({ name: "chimera", pairs: f }, shape), uniformTimes(D, 1, 1));
};

const slots: SystemCheck = {
  system: "chimera",
  check:
    "slots of the five published cases; idle share for even D of 2 to 16, f with 2f dividing D, N of D to 4 D by D",
  target: "10, 22, 46, 18, 18; (D - 2f)/(2fN + D - 2f)",
  seeds: 1,
  async run() {
    const found = PUBLISHED.map(([D, N, f]) => slotsOf(D, N, f).makespan);
    let [worst, shapes] = [0, 0];
    for (const D of range(1, 8).map((half) => 2 * half))
      for (const f of range(1, D / 2).filter((pairs) => D % (2 * pairs) === 0))
        for (const N of [D, 2 * D, 3 * D, 4 * D]) {
          shapes++;
          const idle = (D - 2 * f) / (2 * f * N + D - 2 * f);
          worst = Math.max(worst, Math.abs(slotsOf(D, N, f).idleShare - idle));
        }
    const summary = goldenSummary(chimeraSchedules);
    const golden = summary === null ? "" : `; ${summary.equal} of ${summary.rows} rows of the golden file`;
    return {
      measured: `${found.join(", ")}; idle share off by ${tiny(worst)} at most in ${shapes} shapes${golden}`,
      passed:
        found.every((count, i) => count === PUBLISHED[i][3]) &&
        worst < 1e-12 &&
        (summary === null || summary.equal === summary.rows),
    };
  },
};

const live: SystemCheck = {
  system: "chimera",
  check: "most live micro-batches of each worker, N = D, f = 1, even D of 2 to 32",
  target: "from D/2 + 1 to D, both attained",
  seeds: 1,
  async run() {
    const depths = range(1, 16).map((half) => 2 * half);
    const right = depths.filter((D) => {
      const { peakLive } = slotsOf(D, D, 1);
      return Math.min(...peakLive) === D / 2 + 1 && Math.max(...peakLive) === D;
    });
    return {
      measured: `so for ${right.length} of ${depths.length} depths`,
      passed: right.length === depths.length,
    };
  },
};

const dependencies: SystemCheck = {
  system: "chimera",
  check:
    "dependency checker: even D of 2 to 12, all f, N of 1 to 2 D + 1, each way to join blocks, both modes, 2 batches",
  target: "no fault in any schedule",
  seeds: 1,
  async run() {
    let [schedules, faults] = [0, 0];
    for (const D of range(1, 6).map((half) => 2 * half))
      for (const pairs of range(1, D / 2).filter((f) => D % (2 * f) === 0))
        for (const N of range(1, 2 * D + 1))
          for (const concat of ["direct", "doubling", "halving"] as const)
            for (const mode of ["paper", "code"] as const) {
              if (concat !== "direct" && N % 2 === 1) continue;
              const shape = { ...chimeraShape(D, N, pairs), iterations: 2 };
              const schedule = makeSchedule({ name: "chimera", pairs, concat, mode }, shape);
              schedules++;
              if (checkSchedule(shape, schedule, { flush: true }).length > 0) faults++;
            }
    return { measured: `faults in ${faults} of ${schedules} schedules`, passed: faults === 0 };
  },
};

const BATCH = 512;
const LAYERS = 32;

/** A uniform model on 16 or 32 devices; times in us, sizes of the whole batch. */
const models = [16, 32].flatMap((devices) =>
  [1e12, 4e3, 1e3].flatMap((bytesPerUs) =>
    [0, 2e4, 2e5].flatMap((weightBytes) =>
      [Number.POSITIVE_INFINITY, 3.2e6].map((memoryBytes) => ({
        ...{ devices, bytesPerUs, weightBytes, memoryBytes },
        ...{ batch: BATCH, sentBytes: 1e5, keptBytes: 1e6 },
        forwardUs: new Array<number>(LAYERS).fill(BATCH),
      })),
    ),
  ),
);

interface Choice {
  readonly depth: number;
  readonly microBatches: number;
  readonly recompute: boolean;
}

/** All even depths, micro-batches in powers of two, with and without recomputation. */
const choicesOn = (devices: number): Choice[] =>
  [2, 4, 8, 16, 32]
    .filter((depth) => depth <= devices)
    .flatMap((depth) =>
      [1, 2, 4, 8, 16, 32, 64]
        .filter((count) => count % (devices / depth) === 0)
        .flatMap((microBatches) => [false, true].map((recompute) => ({ depth, microBatches, recompute }))),
    );

/** The plan of a choice on a chain of equal layers. */
function planOf(
  chain: LayerChain,
  devices: number,
  { depth, microBatches, recompute }: Choice,
): PipelinePlan {
  const groups = range(0, devices / depth - 1).map((group) =>
    chimeraStages(range(group * depth, (group + 1) * depth - 1), 1),
  );
  const length = chain.count / depth;
  const stages = range(0, depth - 1).map((s) => ({
    ...{ from: s * length, to: (s + 1) * length, recompute, share: "dealt" as const },
    devices: groups.flatMap((each) => [...each[s].devices]),
  }));
  return stagePlan(chain, { stages, microBatches, schedule: { name: "chimera", pairs: 1, mode: "paper" } });
}

/** The planner's plan beside the best choice, by the event simulator; null where none fits. */
async function searchOn(step: (typeof models)[number], microBatch: "largest" | "best") {
  const scenario = trainingStep(step);
  const chain = layerChain(scenario);
  if (typeof chain === "string") throw new Error(chain);
  const score = evaluator(scenario);
  const values = choicesOn(step.devices).flatMap((choice) => {
    const { feasible, value } = score.evaluate(planOf(chain, step.devices, choice));
    return feasible ? [{ ...choice, value: value! }] : [];
  });
  if (values.length === 0) return null;
  const best = values.reduce((one, other) => (other.value < one.value ? other : one));
  const { best: found } = await runPlanner(chimera, scenario, { options: { microBatch } });
  return { best, ratio: (found?.outcome.value ?? Number.POSITIVE_INFINITY) / best.value };
}

const search: SystemCheck = {
  system: "chimera",
  check:
    "(W, D, B) of 36 uniform models of 32 layers on 16 and 32 devices against all of them on the event simulator",
  target: "the search takes the best of the exhaustive ranking",
  seeds: 1,
  async run() {
    const words: string[] = [];
    let isMet = true;
    for (const microBatch of ["largest", "best"] as const) {
      const ratios: number[] = [];
      for (const step of models) {
        const found = await searchOn(step, microBatch);
        if (found !== null) ratios.push(found.ratio);
      }
      const same = ratios.filter((ratio) => ratio <= 1 + 1e-9).length;
      isMet &&= same === ratios.length;
      const most = Math.max(...ratios) - 1;
      words.push(`microBatch=${microBatch} ${same} of ${ratios.length}, at most ${percent(most)} longer`);
    }
    return { measured: words.join("; "), passed: isMet };
  },
};

export const checks: readonly SystemCheck[] = [slots, live, dependencies, search];
