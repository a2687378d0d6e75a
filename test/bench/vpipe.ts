/**
 * vPipe's search beside its exact joint program, on random chains with tight memory. The table says
 * how often it reaches the least time, and the most that it misses it by. Boundaries move with each
 * stage's activations treated by the exact knapsack, or greedily as the article does.
 *
 *     npx tsx test/bench/vpipe.ts [--cases N]
 *
 * The default is 400 cases of each size. The same command prints the same table.
 */
import { parseArgs } from "node:util";
import { jointPlan, type MemoryPlan } from "../../agents/exact/recompute/joint-plan.ts";
import { movedPlan } from "../../agents/exact/recompute/moved-plan.ts";
import { randomCase } from "../agents/exact/recompute/random-chain.ts";

/** Units and stages; the first are drawn, at most 8 on at most 3. */
const SIZES = [undefined, { count: 10, stages: 3 }, { count: 16, stages: 4 }, { count: 24, stages: 8 }];
const ROUNDING = 1e-12;

const slowest = (plan: MemoryPlan | null): number =>
  plan === null ? Number.POSITIVE_INFINITY : Math.max(...plan.stageUs);

function main(args: string[]): void {
  const { values } = parseArgs({ args, options: { cases: { type: "string", default: "400" } } });
  const count = Number(values.cases);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--cases ${values.cases}: expected at least 1.`);
  console.log("units  stages  treatment  fitting  reached  within 5%  within 10%  most    none found");
  for (const size of SIZES) {
    const cases = Array.from({ length: count }, (_, seed) => randomCase(seed, size))
      .map((of) => ({ ...of, best: slowest(jointPlan(of.chain, of.setting)) }))
      .filter(({ best }) => Number.isFinite(best));
    for (const treatment of ["exact", "greedy"] as const) {
      const ratios = cases.map(
        ({ chain, setting, best }) => slowest(movedPlan(chain, setting, treatment)) / best,
      );
      const found = ratios.filter(Number.isFinite);
      const share = (most: number) => {
        const within = ratios.filter((ratio) => ratio <= most * (1 + ROUNDING)).length;
        return `${((100 * within) / ratios.length).toFixed(2)}%`;
      };
      const row = [
        String(size?.count ?? "<= 8").padEnd(7),
        String(size?.stages ?? "<= 3").padEnd(8),
        treatment.padEnd(11),
        String(cases.length).padEnd(9),
        share(1).padEnd(9),
        share(1.05).padEnd(11),
        share(1.1).padEnd(12),
        found
          .reduce((a, b) => Math.max(a, b), 1)
          .toFixed(3)
          .padEnd(8),
        String(ratios.length - found.length),
      ];
      console.log(row.join(""));
    }
  }
}

main(process.argv.slice(2));
