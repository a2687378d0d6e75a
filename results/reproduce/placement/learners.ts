/**
 * An agent of a paper in two forms, as published (`mode=paper`) and as we ship it. Searches stand
 * beside it with as many simulations as ours.
 */
import type { Claim, Laboratory, Source } from "../contract.ts";
import type { Assumption } from "./assumptions.ts";
import { type Comparison, comparedUnder } from "./orders.ts";
import { method, type System } from "./systems.ts";

export interface Learner {
  readonly published: System;
  readonly ours: System;
  readonly searches: readonly System[];
}

/** Simulations of each form. The published networks are some fifty times as large as ours. */
export interface LearnerBudget {
  readonly published: number;
  readonly ours: number;
}

export const learner = (id: string, { published, ours }: LearnerBudget): Learner => ({
  published: method(
    `the published agent at ${published} simulations`,
    `${id}${id.includes("?") ? "&" : "?"}mode=paper`,
    published,
  ),
  ours: method(`our agent at ${ours} simulations`, id, ours),
  searches: [method("hill climbing", "hill-climb", ours), method("best", "best", ours)],
});

/** A row of a paper's table: both forms of the agent over one other system. */
export type LearnedRow = Omit<Comparison, "ours">;

export async function learnedRows(
  { published, ours }: Learner,
  rows: readonly LearnedRow[],
  assumption: Assumption,
  seeds: number,
  lab: Laboratory,
): Promise<Claim[]> {
  const claims = rows.flatMap((row) =>
    [published, ours].map((agent) => comparedUnder([assumption], { ...row, ours: agent }, seeds, lab)),
  );
  return (await Promise.all(claims)).flat();
}

/** What no paper has: our agent beside searches. */
export async function besideSearches(
  { ours, searches }: Learner,
  scenarios: readonly string[],
  assumption: Assumption,
  seeds: number,
  lab: Laboratory,
): Promise<Claim[]> {
  const claims = searches.map((search) =>
    comparedUnder(
      [assumption],
      {
        statement: `Our agent's plans are shorter than those of ${search.name} with as many simulations.`,
        paperFigure: "none: the paper compares with no search",
        source: "from memory",
        rule: { kind: "below", limit: 1 },
        scenarios,
        ours,
        theirs: search,
      },
      seeds,
      lab,
    ),
  );
  return (await Promise.all(claims)).flat();
}

/** A row of a table in seconds: ours against theirs, met within 10%. */
export function rowOf(
  statement: string,
  [ours, theirs]: readonly [number, number],
  row: Pick<LearnedRow, "scenarios" | "theirs" | "why">,
  source: Source = "from memory",
): LearnedRow {
  const paper = Math.round((1000 * ours) / theirs) / 1000;
  return {
    ...row,
    statement,
    paperFigure: `${ours} s against ${theirs} s`,
    source,
    rule: { kind: "ratio", paper, within: 1.1 },
  };
}
