/** Neo's lines "works in the gym when": textbook values, drawn weights, memory, Criteo's tables. */
import { differencing } from "../../../../agents/exact/sharding/balance/differencing.ts";
import { longestFirst } from "../../../../agents/exact/sharding/balance/longest-first.ts";
import { withinMemory } from "../../../../agents/exact/sharding/balance/memory-repair.ts";
import { largest, smallestLargestLoad } from "../../../../agents/exact/sharding/balance/smallest-largest.ts";
import { bestTableShards } from "../../../../agents/exact/sharding/balance/table-shards.ts";
import type { Rng } from "../../../../env/index.ts";
import { criteoKaggle, criteoTerabyte } from "../../../../scenarios/workloads/sparse/dlrm.ts";
import { leastWithinMemory } from "../../../agents/exact/sharding/balance/every-assignment.ts";
import type { SystemCheck } from "../check.ts";
import { cases, percent } from "../pipelines/figures.ts";

const textbook: SystemCheck = {
  system: "neo",
  check: "weights 8, 7, 6, 5 and 4 on 2 devices: difference of the loads",
  target: "greedy 4, Karmarkar-Karp 2, branch and bound 0",
  seeds: 1,
  async run() {
    const weights = [8, 7, 6, 5, 4];
    const differences = [
      longestFirst(weights, 2)!,
      differencing(weights, 2),
      smallestLargestLoad(weights, 2),
    ].map(({ loads }) => Math.abs(loads[0] - loads[1]));
    return {
      measured: `greedy ${differences[0]}, Karmarkar-Karp ${differences[1]}, branch and bound ${differences[2]}`,
      passed: differences.join() === "4,2,0",
    };
  },
};

const DRAWS = 300;
const kinds = ["uniform", "heavy-tailed"] as const;

const weightsOf = (rng: Rng, kind: (typeof kinds)[number]): number[] =>
  Array.from({ length: 4 + rng.int(7) }, () =>
    kind === "uniform" ? 1 + rng.int(100) : Math.ceil(1 / (0.001 + rng.next())),
  );

const drawn: SystemCheck = {
  system: "neo",
  check: `${DRAWS} uniform and ${DRAWS} heavy-tailed draws of 4 to 10 weights on 2 or 3 devices`,
  target:
    "greedy at most 4/3 of the optimum; Karmarkar-Karp no worse than greedy in 90%; branch and bound is brute force",
  seeds: DRAWS,
  async run() {
    const figures = kinds.map((kind) => {
      let [within, noWorse, optimal] = [0, 0, 0];
      for (const rng of cases(`neo ${kind}`, DRAWS)) {
        const devices = 2 + rng.int(2);
        const weights = weightsOf(rng, kind);
        const optimum = leastWithinMemory(weights, devices)!;
        const greedy = largest(longestFirst(weights, devices)!.loads);
        if (greedy <= (4 / 3) * optimum) within++;
        if (largest(differencing(weights, devices).loads) <= greedy) noWorse++;
        if (largest(smallestLargestLoad(weights, devices).loads) === optimum) optimal++;
      }
      return { kind, within, noWorse, optimal };
    });
    const texts = figures.map(
      ({ kind, within, noWorse, optimal }) =>
        `${kind}: ${within} within 4/3, Karmarkar-Karp no worse in ${percent(noWorse / DRAWS)}, ${optimal} optimal`,
    );
    return {
      measured: texts.join("; "),
      passed: figures.every(
        ({ within, noWorse, optimal }) => within === DRAWS && noWorse >= 0.9 * DRAWS && optimal === DRAWS,
      ),
    };
  },
};

const memory: SystemCheck = {
  system: "neo",
  check: `${DRAWS} draws of 3 to 7 tables with memory on 2 or 3 devices, by all three heuristics`,
  target:
    "no plan above the memory, none where brute force finds none, and the exact one finds every optimum",
  seeds: DRAWS,
  async run() {
    let [plans, above, invented, missed, none] = [0, 0, 0, 0, 0];
    for (const rng of cases("neo memory", DRAWS)) {
      const devices = 2 + rng.int(2);
      const weights = Array.from({ length: 3 + rng.int(5) }, () => 1 + rng.int(30));
      const bytes = weights.map(() => 1 + rng.int(20));
      const limit = Math.ceil(
        (bytes.reduce((sum, own) => sum + own, 0) / devices) * (0.9 + 0.5 * rng.next()),
      );
      const least = leastWithinMemory(weights, devices, { bytes, limit });
      if (least === null) none++;
      const tables = weights.map((cost, i) => [{ name: "whole", shards: [{ cost, bytes: bytes[i] }] }]);
      const exact = bestTableShards({ devices, limit, tables });
      if ((exact?.largest ?? null) !== least) missed++;
      const found = [
        longestFirst(weights, devices, { bytes, limit })?.binOf,
        withinMemory(differencing(weights, devices), weights, { bytes, limit })?.binOf,
        exact?.devicesOf.map(([device]) => device),
      ];
      for (const binOf of found) {
        if (binOf === undefined) continue;
        plans++;
        if (least === null) invented++;
        const filled = new Float64Array(devices);
        bytes.forEach((own, table) => {
          filled[binOf[table]] += own;
        });
        if (filled.some((own) => own > limit)) above++;
      }
    }
    return {
      measured: `${plans} plans, ${above} above the memory, ${invented} where there is none; ${none} draws have none; ${missed} optima missed`,
      passed: above === 0 && invented === 0 && missed === 0 && none > 0,
    };
  },
};

const criteo: SystemCheck = {
  system: "neo",
  check:
    "26 tables of Criteo on 8 GPUs, the two largest in 8 slices of columns, by greedy: largest over mean load",
  target: "at most 1.05",
  seeds: 1,
  async run() {
    const found = [criteoKaggle, criteoTerabyte].map(({ rows, columns }) => {
      const sliced = [...rows.keys()].sort((a, b) => rows[b] - rows[a]).slice(0, 2);
      const shards = rows.flatMap((_, table) =>
        sliced.includes(table) ? new Array<number>(8).fill(columns / 8) : [columns],
      );
      const { loads } = longestFirst(shards, 8)!;
      const whole = longestFirst(new Array<number>(rows.length).fill(columns), 8)!.loads;
      const mean = (rows.length * columns) / 8;
      return { sliced: largest(loads) / mean, whole: largest(whole) / mean };
    });
    const [kaggle, terabyte] = found.map(
      (each) => `${each.sliced.toFixed(3)} (whole tables ${each.whole.toFixed(3)})`,
    );
    return {
      measured: `kaggle ${kaggle}, terabyte ${terabyte}`,
      passed: found.every(({ sliced }) => sliced <= 1.05),
    };
  },
};

export const checks: readonly SystemCheck[] = [textbook, drawn, memory, criteo];
