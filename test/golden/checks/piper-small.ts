/**
 * Checks rows of piper-small.json, small problems of Piper's format. Compared are what the released
 * planner answers, how many down-sets it built, and the optimum with an exact knapsack.
 */
import type { PiperStage } from "../../../agents/exact/stages/piper/plan-cost.ts";
import { piperPlan } from "../../../agents/exact/stages/piper/planner.ts";
import { piperProblem } from "../../../agents/exact/stages/piper/problem.ts";
import { type PiperFile, piperCase } from "../piper-input.ts";
import type { Compared, GoldenCheck } from "./contract.ts";
import { choiceNamed, costOf, INFEASIBLE } from "./piper-plans.ts";

interface Row {
  readonly id: string;
  readonly instance: PiperFile;
  readonly tps: number | null;
  readonly exactKnapsack: number | null;
  readonly downsets: number;
  readonly stages:
    | readonly {
        readonly nodes: readonly number[];
        readonly d: number;
        readonly t: number;
        readonly tmpc: Readonly<Record<string, string>>;
      }[]
    | null;
}

export const piperSmall: GoldenCheck = {
  name: "piper-small",
  tolerance: 1e-9,
  *compare(content) {
    for (const row of (content as { rows: readonly Row[] }).rows) yield* compareRow(row);
  },
};

function* compareRow({ id: row, instance, tps, exactKnapsack, downsets, stages }: Row): Generator<Compared> {
  const problem = piperProblem(piperCase(instance));
  const released = piperPlan(problem);
  const exact = piperPlan(problem, { knapsack: "exact" });
  yield { row, expected: downsets, found: released?.downSets ?? -1 };
  yield { row, expected: tps ?? INFEASIBLE, found: released?.plan?.time ?? INFEASIBLE };
  yield { row, expected: exactKnapsack ?? INFEASIBLE, found: exact?.plan?.time ?? INFEASIBLE };
  if (tps === null || exactKnapsack === null || stages === null) return;
  const numberOf = new Map(instance.nodes.map(({ id }, number) => [id, number]));
  const golden = stages.map(({ nodes, d, t, tmpc }): PiperStage => {
    const layers = nodes.map((id) => numberOf.get(id)!);
    const choices = nodes.map((id, i) => choiceNamed(instance, layers[i], t, tmpc[String(id)]));
    return { layers, replicas: d, degree: t, choices };
  });
  yield { row, expected: [tps, 1], found: costOf(problem, released?.plan?.stages ?? null) };
  yield { row, expected: [exactKnapsack, 1], found: costOf(problem, exact?.plan?.stages ?? null) };
  yield { row, expected: [tps, 1], found: costOf(problem, golden) };
}
