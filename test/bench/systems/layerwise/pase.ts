/**
 * PaSE's lines "works in the gym when". Costs are those of its released code
 * (agents/exact/sharding/labels/pase). Figures are the sheet's; strategies need the golden file.
 */
import { readFileSync } from "node:fs";
import { solveByElimination } from "../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels } from "../../../../agents/exact/sharding/labels/enumeration.ts";
import { strategyOf } from "../../../../agents/exact/sharding/labels/pase/tables.ts";
import { costOf, type LabelProblem, neighboursOf } from "../../../../agents/exact/sharding/labels/problem.ts";
import { dependentByDefinition } from "../../../agents/exact/sharding/labels/elimination/dependent-sets.ts";
import { problemOfNet } from "../../../golden/checks/pase-nets.ts";
import { sharedPath } from "../../../shared-folder.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { absent, cases, offBy, tiny } from "../pipelines/figures.ts";
import { anyProblem } from "./drawn-labels.ts";

const ROUNDING = 1e-9;
const DEFAULTS = { tflops: 10, gbps: 16 };
const GRAPHS = 1000;
const MOST_SECONDS = 30;

/** Network, batch, devices, cost of the released code. */
const GOLDEN: readonly (readonly [string, number, number, number])[] = [
  ["alexnet", 128, 4, 148215719552],
  ["alexnet", 128, 8, 97098296512],
  ["alexnet", 128, 32, 53136349552],
  ["alexnet", 128, 64, 41120456048],
  ["inception3", 128, 8, 782140602432],
  ["rnnlm", 64, 4, 6866837733376],
  ["rnnlm", 128, 4, 13247562153984],
  ["rnnlm", 64, 8, 4024963186688],
  ["rnnlm", 64, 32, 1491938058240],
  ["rnnlm", 128, 32, 2625038401536],
];

const optimumOf = (problem: LabelProblem) => {
  const found = solveByElimination(problem);
  if (found.kind !== "solved") throw new Error(found.kind);
  return found;
};

interface GoldenRow {
  readonly net: string;
  readonly batch: number;
  readonly p: number;
  readonly tflops: number;
  readonly gbps: number;
  readonly strategy?: readonly (readonly number[])[];
}

const golden: SystemCheck = {
  system: "pase",
  check: `costs of AlexNet, Inception-v3 and RNNLM, ${GOLDEN.length} settings, and AlexNet's strategies`,
  target: "within 1e-9; the released strategies",
  seeds: 1,
  async run() {
    const path = sharedPath("golden", "pase-nets.json");
    if (path === null) return absent;
    const worst = GOLDEN.map(([net, batch, p, cost]) =>
      offBy(optimumOf(problemOfNet({ net, batch, p, ...DEFAULTS })).cost, cost),
    );
    const { rows } = JSON.parse(readFileSync(path, "utf8")) as { readonly rows: readonly GoldenRow[] };
    const own = rows.filter(({ net, strategy }) => net === "alexnet" && strategy !== undefined);
    let [equal, tied] = [0, 0];
    for (const row of own) {
      const problem = problemOfNet(row);
      const { labels, cost } = optimumOf(problem);
      const found = strategyOf(problem, labels).map((splits) => splits.join());
      if (found.join(" ") === row.strategy!.map((splits) => splits.join()).join(" ")) equal++;
      else if (released(problem, row.strategy!) === cost) tied++;
    }
    return {
      measured:
        `off by at most ${tiny(Math.max(...worst))}; AlexNet's strategies of ${own.length} settings: ${equal} equal, ` +
        `${tied} others at the same cost`,
      passed: worst.every((off) => off <= ROUNDING) && equal + tied === own.length,
    };
  },
};

/** Cost of a strategy of the released code. */
function released(problem: ReturnType<typeof problemOfNet>, strategy: readonly (readonly number[])[]) {
  const labels = strategy.map((splits, layer) =>
    problem.configurations[layer].findIndex((own) => own.join() === splits.join()),
  );
  return costOf(problem, labels);
}

const bruteForce: SystemCheck = {
  system: "pase",
  check: `${GRAPHS} drawn graphs of at most 7 vertices with at most 5 configurations against all labelings, ${GRAPHS} of at most 14 with 3 against the order of the numbers`,
  target: "equal cost on all",
  seeds: 1,
  async run(scale) {
    const count = seedCount(GRAPHS, scale);
    const small = cases("pase", count).map((rng) => anyProblem(rng, { layers: 7, labels: 5 }));
    const large = cases("pase large", count).map((rng) => anyProblem(rng, { layers: 14, labels: 3 }));
    const best = small.filter((problem) => optimumOf(problem).cost === enumerateLabels(problem).cost);
    const alike = large.filter((problem) => {
      const naive = solveByElimination(problem, { order: problem.nodes.map((_, node) => node) });
      return naive.kind === "solved" && naive.cost === optimumOf(problem).cost;
    });
    return {
      measured: `equal on ${best.length} of ${count} and ${alike.length} of ${count}`,
      passed: best.length === count && alike.length === count,
    };
  },
};

const order: SystemCheck = {
  system: "pase",
  check:
    "Inception-v3 on 8 devices in the order of GENERATESEQ: most vertices of a table, and its sets against their definition",
  target: "at most 3; every set equal",
  seeds: 1,
  async run() {
    const problem = problemOfNet({ net: "inception3", batch: 128, p: 8, ...DEFAULTS });
    const { trace } = optimumOf(problem);
    const neighbours = neighboursOf(problem);
    const equal = trace.dependent.filter(
      (set, i) => [...set].join() === dependentByDefinition(neighbours, trace.order, i).join(),
    );
    return {
      measured: `${trace.mostNodes}; ${equal.length} of ${trace.order.length} sets equal`,
      passed: trace.mostNodes <= 3 && equal.length === trace.order.length,
    };
  },
};

const time: SystemCheck = {
  system: "pase",
  check: "CPU time of tables and program of Inception-v3 on 8 devices",
  target: `under ${MOST_SECONDS} s`,
  seeds: 1,
  async run() {
    const before = cpuSeconds();
    const { cost } = optimumOf(problemOfNet({ net: "inception3", batch: 128, p: 8, ...DEFAULTS }));
    const seconds = cpuSeconds() - before;
    return {
      measured: `${seconds.toFixed(2)} s for a cost of ${cost}`,
      passed: seconds < MOST_SECONDS,
    };
  },
};

export const checks: readonly SystemCheck[] = [golden, bruteForce, order, time];
