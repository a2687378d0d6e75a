/** Rows of both forms of an agent, and searches beside ours. */
import { expect, test } from "vitest";
import { OUR_DEFAULT } from "../../../../results/reproduce/placement/assumptions.ts";
import {
  besideSearches,
  learnedRows,
  learner,
  rowOf,
} from "../../../../results/reproduce/placement/learners.ts";
import { method } from "../../../../results/reproduce/placement/systems.ts";
import { fakeLaboratory } from "../fake-laboratory.ts";

const agent = learner("colocrl", { published: 20, ours: 100 });
const row = rowOf("It is faster.", [2, 4], { scenarios: ["toy/chain"], theirs: method("other", "other", 9) });

test("a row is judged by the paper's ratio for the published agent and for ours", async () => {
  const lab = fakeLaboratory(({ method: spec }) => (spec === "colocrl" ? 50 : 100));
  const claims = await learnedRows(agent, [row], OUR_DEFAULT, 2, lab);
  expect(claims.map(({ verdict, measured, paperFigure }) => [verdict, measured?.value, paperFigure])).toEqual(
    [
      ["does not hold", expect.closeTo(1), "2 s against 4 s"],
      ["holds", expect.closeTo(0.5), "2 s against 4 s"],
    ],
  );
  expect(lab.asked.map(({ method: spec, simulations }) => [spec, simulations])).toContainEqual([
    "colocrl?mode=paper",
    20,
  ]);
});

test("searches beside it have as many simulations as ours", async () => {
  const lab = fakeLaboratory(() => 100);
  const claims = await besideSearches(agent, ["toy/chain"], OUR_DEFAULT, 2, lab);
  expect(claims.map(({ verdict }) => verdict)).toEqual(["tie", "tie"]);
  expect(new Set(lab.asked.map(({ simulations }) => simulations))).toEqual(new Set([100]));
});
