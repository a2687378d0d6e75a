/**
 * The lines "works in the gym when" of dnn-partitioning. Three of four are on its authors' inputs,
 * with the results of their public programs.
 */
import fc from "fast-check";
import { contiguousOptimum } from "../../../../agents/exact/ideals/contiguous-optimum.ts";
import type { Scenario } from "../../../../env/index.ts";
import { leastOf, randomSplit, standInLine } from "../../../agents/exact/random-split.ts";
import { expertSplitOf, latencyRows, score, throughputSplitOf } from "../../../golden/dnn-latency.ts";
import {
  expertUs,
  idealsOf,
  oneDeviceUs,
  optimumMs,
  solvedByIdeals,
  throughputRows,
  US_PER_MS,
} from "../../../golden/dnn-throughput.ts";
import type { SystemCheck } from "../check.ts";
import { absent, offBy, tiny } from "./figures.ts";

const optima: SystemCheck = {
  system: "dnn-partitioning",
  check: "contiguous optima of all 16 throughput inputs by `ideals-dp`, and their numbers of ideals",
  target: "optima to 1e-5, ideals exactly (36,596 of Inception)",
  seeds: 1,
  async run() {
    if (throughputRows.length === 0) return absent;
    let [worst, ideals, proven] = [0, 0, 0];
    for (const row of throughputRows) {
      const { best, report } = await solvedByIdeals(row.workload);
      worst = Math.max(worst, offBy(best!.outcome.value!, optimumMs(row) * US_PER_MS));
      if (report.optimalAmong?.startsWith("contiguous splits") === true) proven++;
      if (idealsOf(row.workload).ideals === row.ideals) ideals++;
    }
    const inception = idealsOf("LayerGraphs/inceptionv3_inference").ideals;
    return {
      measured: `off by ${tiny(worst)} at most, ${proven} of 16 proven; ideals of ${ideals} of 16 equal, ${inception} of Inception`,
      passed: worst <= 1e-5 && proven === 16 && ideals === 16 && inception === 36_596,
    };
  },
};

const LIMITS = { ideals: 1e6, transitions: 1e8 };

function optimumUs(scenario: Scenario): number {
  const search = contiguousOptimum(scenario, LIMITS);
  for (let step = search.next(); ; step = search.next())
    if (step.done === true) return step.value.split?.valueUs ?? Number.POSITIVE_INFINITY;
}

const bruteForce: SystemCheck = {
  system: "dnn-partitioning",
  check:
    "DP on 300 random DAGs: up to 9 ops, up to 3 accelerators, colour classes, backward ops, tight memory",
  target: "equal to brute force over contiguous assignments",
  seeds: 1,
  async run() {
    const draw = randomSplit({ maxOps: 9, maxClasses: 6, maxAccelerators: 3, mostLessBytes: 4 });
    let [worst, none] = [0, 0];
    for (const scenario of fc.sample(draw, { numRuns: 300, seed: 11 })) {
      const least = leastOf(scenario, standInLine(scenario)) ?? Number.POSITIVE_INFINITY;
      if (least === Number.POSITIVE_INFINITY) none++;
      worst = Math.max(worst, offBy(optimumUs(scenario), least));
    }
    return {
      measured: `off by ${tiny(worst)} at most; nothing fits in ${none} of 300, by both`,
      passed: worst < 1e-9,
    };
  },
};

const splits: SystemCheck = {
  system: "dnn-partitioning",
  check: "loads of the experts' splits of 8 inputs and of one accelerator on all 16",
  target: "the published columns exactly",
  seeds: 1,
  async run() {
    if (throughputRows.length === 0) return absent;
    const one = throughputRows.map(({ workload, oneDevice }) =>
      offBy(oneDeviceUs(workload), oneDevice * US_PER_MS),
    );
    const experts = throughputRows.flatMap(({ workload, expert }) =>
      expert === null ? [] : [offBy(expertUs(workload, expert.split), expert.maxLoad * US_PER_MS)],
    );
    const worst = Math.max(...one, ...experts);
    return {
      measured: `${experts.length} experts' splits off by ${tiny(Math.max(...experts))}, ${one.length} single accelerators by ${tiny(Math.max(...one))} at most`,
      // Files print nine decimals of a millisecond.
      passed: worst < 1e-9 && experts.length === 8 && one.length === 16,
    };
  },
};

/** A published split in ms with three decimals; over its memory it counts with more memory. */
function isAsPublished(
  workload: string,
  accelerators: readonly (readonly number[])[],
  { latency3, exceedsMemory }: { readonly latency3: number; readonly exceedsMemory: boolean },
): boolean {
  const unlimited = { memoryBytes: Number.POSITIVE_INFINITY };
  const { value } = score(workload, accelerators, exceedsMemory ? unlimited : {});
  const isOver = !score(workload, accelerators).feasible;
  return value !== null && Math.abs(value - latency3 * US_PER_MS) <= 0.5 + 1e-6 && isOver === exceedsMemory;
}

const latency: SystemCheck = {
  system: "dnn-partitioning",
  check:
    "latency of given splits of the 8 latency inputs: greedy, max-load DP, experts, throughput DP; max load of the second",
  target: "the greedy column and the splits' latencies",
  seeds: 1,
  async run() {
    if (latencyRows.length === 0) return absent;
    const equal = { greedy: 0, maxLoad: 0, expert: 0, throughput: 0 };
    const all = { greedy: 0, maxLoad: 0, expert: 0, throughput: 0 };
    const count = (column: keyof typeof all, isEqual: boolean) => {
      all[column]++;
      if (isEqual) equal[column]++;
    };
    for (const { workload, greedy, maxLoadDpSplit, expertSplit, throughputDpSplit } of latencyRows) {
      const found = score(workload, greedy.accelerators).value!;
      count("greedy", offBy(found, greedy.totalLatency * US_PER_MS) < 1e-9);
      if (maxLoadDpSplit !== null) {
        const { accelerators, cpus, maxLoad } = maxLoadDpSplit;
        const load = score(workload, accelerators, { objective: "max-load", cpus }).value!;
        const isLoad = offBy(load, maxLoad * US_PER_MS) < 1e-9;
        count("maxLoad", isLoad && isAsPublished(workload, accelerators, maxLoadDpSplit));
      }
      if (expertSplit !== null)
        count("expert", isAsPublished(workload, expertSplitOf(workload), expertSplit));
      if (throughputDpSplit !== undefined)
        count("throughput", isAsPublished(workload, throughputSplitOf(workload), throughputDpSplit));
    }
    const columns = ["greedy", "maxLoad", "expert", "throughput"] as const;
    const names = ["greedy", "max-load DP", "experts", "throughput DP"];
    return {
      measured: columns.map((column, i) => `${names[i]} ${equal[column]} of ${all[column]}`).join(", "),
      passed: all.greedy === 8 && columns.every((column) => equal[column] === all[column]),
    };
  },
};

export const checks: readonly SystemCheck[] = [optima, bruteForce, splits, latency];
