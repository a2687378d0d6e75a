/** PipeDream's lines "works in the gym when". */
import { dirname } from "node:path";
import { minMaxLengths } from "../../../../agents/exact/cuts/stage-cuts.ts";
import { dataParallelUs } from "../../../../agents/exact/intervals/data-parallel.ts";
import type { IntervalOptions } from "../../../../agents/exact/intervals/interval-costs.ts";
import { intervalPlan } from "../../../../agents/exact/intervals/interval-program.ts";
import {
  type IntervalStates,
  intervalStates,
  isBefore,
  type Layers,
} from "../../../../agents/exact/intervals/interval-states.ts";
import type { Rng } from "../../../../env/index.ts";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { sumsOf } from "../../../agents/exact/cuts/sums.ts";
import { bestPrice } from "../../../agents/exact/intervals/interval-price.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../../env/model/plan/chain.ts";
import { straightShape } from "../../../env/model/schedule/slots.ts";
import { versionUse } from "../../../env/model/schedule/versions.ts";
import { pipedream as pipedreamRows, profileStates } from "../../../golden/checks/pipedream.ts";
import { type OptimizerRow, optimizerRows } from "../../../golden/pipedream-sheet.ts";
import { sharedPath } from "../../../shared-folder.ts";
import type { SystemCheck } from "../check.ts";
import { absent, cases, drawn, goldenSummary, offBy, range, tiny } from "./figures.ts";

/**
 * Ends of stages with these replicas whose slowest stage is fastest, transfers free. The sheet has
 * replicas alone of some rows.
 */
function endsOf(states: IntervalStates, { levels: [[, bytesPerUs]], replicas }: OptimizerRow): number[] {
  const last = states.count - 1;
  const sum = (values: Float64Array, after: number, upTo: number) =>
    values[upTo] - (after < 0 ? 0 : values[after]);
  const stageUs = (after: number, upTo: number, r: number) =>
    (sum(states.timeUs, after, upTo) +
      (4 * (r - 1) * sum(states.weightBytes, after, upTo)) / (bytesPerUs * r)) /
    r;
  /** By last state: the slowest stage so far, and the ends of all. */
  let best = new Map<number, { readonly us: number; readonly ends: readonly number[] }>([
    [-1, { us: 0, ends: [] }],
  ]);
  for (const [stage, r] of replicas.entries()) {
    const next: typeof best = new Map();
    for (const [after, { us, ends }] of best)
      for (let upTo = stage === replicas.length - 1 ? last : after + 1; upTo <= last; upTo++) {
        if (after >= 0 && !isBefore(states, after, upTo)) continue;
        const slowest = Math.max(us, stageUs(after, upTo, r));
        if (slowest < (next.get(upTo)?.us ?? Infinity))
          next.set(upTo, { us: slowest, ends: [...ends, upTo + 1] });
      }
    best = next;
  }
  return [...best.get(last)!.ends];
}

/** How far times and speed-ups are from a row, and whether the stages are its. */
function compareRow(row: OptimizerRow, states: IntervalStates) {
  const levels = row.levels.map(([machines, bytesPerUs]) => ({ machines, bytesPerUs }));
  const transfers = row.charged === true ? "charged" : "free";
  const replicas = row.straight === true ? "one" : "any";
  // Of stages of one price the published program takes any; those of the row are tried first.
  const wanted = row.ends ?? (row.levels.length === 1 ? endsOf(states, row) : []);
  const cuts = new Set(wanted.map((end) => end - 1));
  const preferredCuts = [...levels.slice(1).map(() => new Set<number>()), cuts];
  const plan = intervalPlan(states, { levels, mode: "code", transfers, replicas, preferredCuts })!;
  const last = states.count - 1;
  const singleUs = states.timeUs[last];
  const parallelUs = dataParallelUs(singleUs, states.weightBytes[last], levels);
  const ends = plan.stages.map(({ to }) => to);
  const found = plan.stages.map((stage) => stage.replicas);
  return {
    time: offBy(plan.timeUs / 1e6, row.seconds),
    // Speed-ups are printed with six digits.
    speedUp: Math.max(
      Math.abs(singleUs / parallelUs - row.dataParallel),
      Math.abs(singleUs / plan.timeUs - row.pipeline),
    ),
    isSame:
      String(found) === String(row.replicas) && (row.ends === undefined || String(ends) === String(row.ends)),
    text: `${row.profile} on ${row.levels.map(([machines]) => machines).join("x")} has ${found.join("-")}`,
  };
}

const goldens: SystemCheck = {
  system: "pipedream",
  check:
    "`mode=code` against the public optimizer: 17 rows of the sheet, 38 of the golden file; its cuts first of one price",
  target: "times to 1e-6, the same boundaries",
  seeds: 1,
  async run() {
    const summary = goldenSummary(pipedreamRows);
    if (summary === null) return absent;
    const folder = dirname(sharedPath("golden", "pipedream.json")!);
    const known = new Map<string, IntervalStates>();
    const compared = optimizerRows.map((row) => {
      const states = known.get(row.profile) ?? profileStates(row.profile, folder);
      known.set(row.profile, states);
      return compareRow(row, states);
    });
    const worst = Math.max(...compared.map(({ time }) => time));
    const speedUps = compared.filter(({ speedUp }) => speedUp <= 0.5e-5 + 1e-9).length;
    const other = compared.filter(({ isSame }) => !isSame).map(({ text }) => text);
    return {
      measured:
        `times off by ${tiny(worst)} at most, ${speedUps} of 17 pairs of speed-ups to the digit, stages of ` +
        `${17 - other.length} of 17 as published${other.length > 0 ? ` (${other.join("; ")})` : ""}; ` +
        `${summary.equal} of ${summary.rows} rows of the golden file`,
      passed: worst <= 1e-6 && speedUps === 17 && other.length === 0 && summary.equal === summary.rows,
    };
  },
};

function randomChain(rng: Rng): Layers {
  const [count] = drawn(rng, 1, 1, 8);
  const amounts = (most: number) => Float64Array.from(drawn(rng, count, 0, most));
  return {
    count,
    successors: range(0, count - 1).map((v) => (v + 1 < count ? [v + 1] : [])),
    timeUs: amounts(20),
    weightBytes: amounts(20),
    activationBytes: amounts(20),
  };
}

const straight: SystemCheck = {
  system: "pipedream",
  check: "straight pipelines with free transfers on 500 random chains of up to 8 layers",
  target: "time of the exact min-max partition",
  seeds: 1,
  async run() {
    let worst = 0;
    for (const rng of cases("pipedream straight", 500)) {
      const chain = randomChain(rng);
      const [machines] = drawn(rng, 1, 1, Math.min(4, chain.count));
      const given = { mode: "code", transfers: "free", replicas: "one" } as const;
      const plan = intervalPlan(intervalStates(chain, 100)!, {
        ...given,
        levels: [{ machines, bytesPerUs: 1 }],
      })!;
      const costs = [...chain.timeUs];
      const least = Math.max(...sumsOf(costs, minMaxLengths(costs, machines)));
      worst = Math.max(worst, offBy(plan.timeUs, least));
    }
    return { measured: `off by ${tiny(worst)} at most`, passed: worst < 1e-12 };
  },
};

const schedule: SystemCheck = {
  system: "pipedream",
  check:
    "S of 1 to 16 equal stages on the event simulator: time of a minibatch, stash of each stage, staleness",
  target: "f + b; S - s; S - 1 at the first stage",
  seeds: 1,
  async run() {
    let worst = 0;
    let [stashes, stale] = [0, 0];
    for (const S of range(1, 16)) {
      const M = 8;
      const layer = { forwardUs: 2 * M, backwardUs: 3 * M, keptBytes: M };
      const scenario = chainScenario({ layers: uniformLayers(S, layer) });
      const run = runPipeline(scenario, pipelineOf(scenario, straightText(S, M, "pipedream")));
      worst = Math.max(worst, offBy(run.iterationUs / M, 5));
      if (String([...run.peakBytes].map(Math.round)) === String(range(0, S - 1).map((s) => S - s))) stashes++;
      const shape = straightShape(S, M, 4);
      const { staleness } = versionUse(shape, makeSchedule({ name: "pipedream" }, shape));
      if (Math.max(...staleness[0]) === S - 1 && staleness[0].slice(S).every((age) => age === S - 1)) stale++;
    }
    return {
      measured: `time off by ${tiny(worst)} at most; stash so for ${stashes}, staleness for ${stale} of 16`,
      passed: worst < 1e-12 && stashes === 16 && stale === 16,
    };
  },
};

const enumeration: SystemCheck = {
  system: "pipedream",
  check:
    "300 random chains of up to 8 layers on up to 4 machines, costs of code and paper, transfers free or charged",
  target: "equal to trying all cuts and replica vectors",
  seeds: 1,
  async run() {
    let [worst, compared, none] = [0, 0, 0];
    for (const rng of cases("pipedream chains", 300)) {
      const states = intervalStates(randomChain(rng), 100)!;
      const levels = [{ machines: 1 + rng.int(4), bytesPerUs: 1 + rng.int(10) }];
      for (const mode of ["code", "paper"] as const)
        for (const transfers of ["free", "charged"] as const) {
          const options: IntervalOptions = { levels, mode, transfers, replicas: "any" };
          const found = intervalPlan(states, options)?.timeUs ?? Infinity;
          const least = bestPrice(states, options);
          compared++;
          if (least === Infinity) none++;
          worst = Math.max(worst, offBy(found, least));
        }
    }
    return {
      measured: `${compared} compared, ${none} of them without a plan, off by ${tiny(worst)} at most`,
      passed: worst < 1e-9,
    };
  },
};

export const checks: readonly SystemCheck[] = [goldens, straight, schedule, enumeration];
