import { expect, test } from "vitest";
import { alikeElements } from "../../../../agents/exact/cover/alike-elements.ts";
import { splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { testScenario } from "../../../../env/index.ts";
import { colocated } from "../../../../env/model/layers/elements.ts";

const layers = (count: number) =>
  Array.from({ length: count }, (_, i) => `op${i} 5 1B transfer=2${i === 0 ? "" : ` <- op${i - 1}`}`).join(
    "\n",
  );

test("takes equal layers for alike where their neighbours are alike as far as asked", () => {
  const scenario = testScenario({ graph: layers(9), devices: 2, objective: "max-load" });
  const problem = splitProblem(scenario, colocated(scenario));
  const classesAt = (rounds: number) => [...alikeElements(problem, rounds)];
  expect(classesAt(0)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  // One net away the first and the last op are told from the others, two nets away their neighbours
  // as well.
  expect(classesAt(1)).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 2]);
  expect(classesAt(2)).toEqual([0, 1, 2, 2, 2, 2, 2, 3, 4]);
});

test("tells elements of other times, weights or transfers apart", () => {
  const graph =
    "a 5 1B transfer=2 params=1\nb 5 1B transfer=2\nc 4 1B transfer=2\nd 5 1B transfer=3 params=1 <- a b c";
  const scenario = testScenario({ graph, devices: 2, objective: "max-load" });
  const problem = splitProblem(scenario, colocated(scenario));
  expect(new Set(alikeElements(problem, 0)).size).toBe(3);
  expect(new Set(alikeElements(problem, 1)).size).toBe(4);
});
