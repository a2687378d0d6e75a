/**
 * Lines of ROC. Cuts, regression and memory program are held to slow twins. What learning is worth
 * is measured in a world of hidden times (vertex-world.ts), vertex by vertex.
 */
import { largestRange, leastLargestRanges } from "../../../../agents/exact/cuts/range-cuts.ts";
import { fewestMovedBytes, type TensorProblem } from "../../../../agents/exact/recompute/host-tensors.ts";
import { prefixSums } from "../../../../agents/problems/prefix-sums.ts";
import { costSums, type LearnedCuts } from "../../../../agents/search/lines/learned-cuts.ts";
import type { Rng } from "../../../../env/index.ts";
import { leastByProgram } from "../../../agents/exact/cuts/range-program.ts";
import { drawnTensors } from "../../../agents/exact/recompute/drawn-tensors.ts";
import { fewestByEveryTransfer } from "../../../agents/exact/recompute/every-transfer.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import type { SystemCheck } from "../check.ts";
import { cases, percent } from "../pipelines/figures.ts";
import { drawnLine, equalShares, learned, redditLike, stepUs, timesOf, trueWeights } from "./vertex-world.ts";

const LINES = 100;
const PARTS = [4, 8, 16] as const;

const search: SystemCheck = {
  system: "roc",
  check: `cuts of ${LINES} random lines of 1,000 to 100,000 vertices into 2 to 16 ranges, against a dynamic program`,
  target: "difference of the largest cost 0; at most 50 ms each",
  seeds: LINES,
  async run() {
    let [most, slowest] = [0, 0];
    for (const [i, rng] of cases("roc line", LINES).entries()) {
      const length = i % 4 === 0 ? 100_000 : 1000 + rng.int(99_001);
      const parts = 2 + rng.int(15);
      const isHeavy = i % 2 === 0;
      const costs = Float64Array.from({ length }, () =>
        isHeavy ? Math.min(1e4, 1 / (1e-6 + rng.next())) : rng.next(),
      );
      const sums = prefixSums(costs);
      const before = cpuSeconds();
      const starts = leastLargestRanges(sums, parts);
      slowest = Math.max(slowest, cpuSeconds() - before);
      most = Math.max(most, Math.abs(largestRange(sums, starts) - leastByProgram(sums, parts)));
    }
    return {
      measured: `largest difference ${most}, slowest ${(1000 * slowest).toFixed(1)} ms of CPU time`,
      passed: most === 0 && slowest <= 0.05,
    };
  },
};

const GRAPHS = 10;
const ROUNDS = 10;
const NOISE = 0.05;
const CACHED = 0.3;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const learning: SystemCheck = {
  system: "roc",
  check: `${GRAPHS} drawn graphs of 20,000 vertices with a power law, ${ROUNDS} rounds with 5% noise, P = 4, 8 and 16`,
  target:
    "largest time at most 1.05 of that with the true weights; equal vertices at least 1.15 and equal edges at least 1.05 of it, in the mean of the graphs",
  seeds: GRAPHS,
  async run() {
    const rows = new Map(PARTS.map((parts) => [parts, [] as (readonly number[])[]]));
    for (const rng of cases("roc learning", GRAPHS)) {
      const line = drawnLine(redditLike, rng.child("graph"));
      for (const parts of PARTS) {
        const own = rng.child(`${parts} parts`);
        const found = stepUs(line, learned(line, parts, ROUNDS, { noise: NOISE, cached: 0 }, own).starts);
        const best = stepUs(line, leastLargestRanges(costSums(line, trueWeights), parts));
        const statics = (["vertices", "neighbours"] as const).map((feature) =>
          stepUs(line, equalShares(line, feature, parts)),
        );
        rows.get(parts)!.push([found / best, ...statics.map((us) => us / found)]);
      }
    }
    const figures = [...rows].map(([parts, of]) => {
      const [best, vertices, edges] = [0, 1, 2].map((i) => of.map((row) => row[i]));
      return { parts, worst: Math.max(...best), vertices: mean(vertices), edges: mean(edges) };
    });
    return {
      measured: figures
        .map(
          ({ parts, worst, vertices, edges }) =>
            `P = ${parts}: at most ${worst.toFixed(3)} of the true weights, equal vertices ${vertices.toFixed(2)}, equal edges ${edges.toFixed(2)}`,
        )
        .join("; "),
      passed: figures.every(
        ({ worst, vertices, edges }) => worst <= 1.05 && vertices >= 1.15 && edges >= 1.05,
      ),
    };
  },
};

/** Cuts that no round has tried, of parts that have at least a tenth of an equal share. */
function heldOut(length: number, parts: number, rng: Rng): Int32Array {
  for (;;) {
    const inner = Array.from({ length: parts - 1 }, () => 1 + rng.int(length - 1)).sort((a, b) => a - b);
    const starts = Int32Array.from([0, ...inner, length]);
    if (starts.every((start, p) => p === 0 || start - starts[p - 1] >= length / parts / 10)) return starts;
  }
}

type Line = ReturnType<typeof drawnLine>;
const HELD_OUT = 20;

/** Relative errors of the step's time on each range of cuts that were not learned from. */
function errorsOf(learner: LearnedCuts, line: Line, parts: number, cached: number, rng: Rng): number[] {
  return Array.from({ length: HELD_OUT }, () => heldOut(line.length, parts, rng)).flatMap((starts) => {
    const predicted = learner.predict(line, starts);
    const times = timesOf(line, starts, cached);
    return Array.from(predicted, (us, part) =>
      Math.abs(us / times.reduce((sum, of) => sum + of[part], 0) - 1),
    );
  });
}

const prediction: SystemCheck = {
  system: "roc",
  check: `the same graphs: relative error of the learned time on ${HELD_OUT} cuts of each, not seen before; mean over ranges`,
  target:
    "linear truth 5%, with the effect of a cache 10%, on another graph of the kind without new data 10%",
  seeds: GRAPHS,
  async run() {
    const found: Record<"linear" | "cache" | "transfer", number[]> = { linear: [], cache: [], transfer: [] };
    for (const rng of cases("roc prediction", GRAPHS)) {
      const line = drawnLine(redditLike, rng.child("graph"));
      const other = drawnLine(redditLike, rng.child("other graph"));
      for (const parts of PARTS) {
        const own = rng.child(`${parts} parts`);
        const linear = learned(line, parts, ROUNDS, { noise: NOISE, cached: 0 }, own.child("linear"));
        const cache = learned(line, parts, ROUNDS, { noise: NOISE, cached: CACHED }, own.child("cache"));
        found.linear.push(mean(errorsOf(linear.learner, line, parts, 0, own.child("cuts"))));
        found.cache.push(mean(errorsOf(cache.learner, line, parts, CACHED, own.child("cuts"))));
        found.transfer.push(mean(errorsOf(linear.learner, other, parts, 0, own.child("other cuts"))));
      }
    }
    const told = Object.entries(found).map(([kind, errors]) => ({
      kind,
      mean: mean(errors),
      worst: Math.max(...errors),
    }));
    const [linear, cache, transfer] = told.map(({ worst }) => worst);
    return {
      measured: told
        .map((each) => `${each.kind} ${percent(each.mean)}, of the worst graph and P ${percent(each.worst)}`)
        .join("; "),
      passed: linear <= 0.05 && cache <= 0.1 && transfer <= 0.1,
    };
  },
};

const DRAWS = 100;

const memory: SystemCheck = {
  system: "roc",
  check: `memory programs of ${DRAWS} drawn orders of ops with 4 to 12 tensors, at 6 capacities each`,
  target: "bytes equal brute force, none above the capacity, never more bytes with more memory",
  seeds: DRAWS,
  async run() {
    let [programs, none, differ, above, grew] = [0, 0, 0, 0, 0];
    for (const [i, rng] of cases("roc memory", DRAWS).entries()) {
      const drawn = drawnTensors(rng, 4 + (i % 9));
      let before = Number.POSITIVE_INFINITY;
      for (let more = -1; more < 5; more++) {
        const problem: TensorProblem = { ...drawn.problem, capacityBytes: drawn.leastBytes + 2 * more };
        const plan = fewestMovedBytes(problem);
        programs++;
        if (plan === null) none++;
        if ((plan?.movedBytes ?? null) !== fewestByEveryTransfer(problem)) differ++;
        if (plan !== null && plan.peakBytes > problem.capacityBytes) above++;
        const moved = plan?.movedBytes ?? Number.POSITIVE_INFINITY;
        if (moved > before) grew++;
        before = moved;
      }
    }
    return {
      measured: `${programs} programs, ${differ} differ, ${above} above the capacity, ${grew} with more bytes for more memory; ${none} have no plan`,
      passed: differ === 0 && above === 0 && grew === 0 && none === DRAWS,
    };
  },
};

export const checks: readonly SystemCheck[] = [search, learning, prediction, memory];
