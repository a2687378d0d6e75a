/**
 * label-problems: random label problems with the optimum, its labelings counted, and the nodes that
 * OptCNN's reduction leaves. Both solvers are compared, with and without dominated labels.
 */
import { solveByElimination } from "../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels } from "../../../agents/exact/sharding/labels/enumeration.ts";
import {
  checkLabelProblem,
  costOf,
  type LabelProblem,
} from "../../../agents/exact/sharding/labels/problem.ts";
import { solveByReduction } from "../../../agents/exact/sharding/labels/reduction.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface Row {
  readonly kind: string;
  readonly nodes: readonly (readonly number[])[];
  readonly edges: readonly {
    readonly u: number;
    readonly v: number;
    readonly costs: readonly (readonly number[])[];
  }[];
  readonly optimum: number;
  readonly optima: number | null;
  readonly nodeGreedy: number;
  readonly remainingAfterReduction: number;
}

export const labelProblems: GoldenCheck = {
  name: "label-problems",
  tolerance: 0,
  *compare(content) {
    for (const [number, row] of (content as { readonly rows: readonly Row[] }).rows.entries())
      yield* comparedRow(`row ${number}, ${row.kind}`, row);
  },
};

function* comparedRow(row: string, golden: Row): Iterable<Compared> {
  const problem = problemOf(golden);
  for (const dominance of ["never", "always"] as const) {
    const found = solveByElimination(problem, { dominance });
    yield { row, expected: golden.optimum, found: found.kind === "solved" ? found.cost : found.kind };
  }
  const reduced = solveByReduction(problem);
  yield { row, expected: golden.remainingAfterReduction, found: reduced.remaining };
  yield { row, expected: golden.optimum, found: reduced.kind === "solved" ? reduced.cost : reduced.kind };
  const greedy = problem.nodes.map((costs) => costs.indexOf(Math.min(...costs)));
  yield { row, expected: golden.nodeGreedy, found: costOf(problem, greedy) };
  if (golden.optima === null) return;
  const { cost, optima } = enumerateLabels(problem);
  yield { row, expected: [golden.optimum, golden.optima], found: [cost, optima] };
}

const problemOf = ({ nodes, edges }: Row): LabelProblem =>
  checkLabelProblem({
    nodes: nodes.map((costs) => Float64Array.from(costs)),
    edges: edges.map(({ u, v, costs }) => ({ u, v, costs: Float64Array.from(costs.flat()) })),
  });
