/** TensorOpt's lines "works in the gym when". */
import { solveByElimination } from "../../../../agents/exact/sharding/labels/elimination/solve.ts";
import {
  type FrontierPoint,
  memoriesOf,
  pointOf,
  type TwoCostProblem,
  timesOf,
} from "../../../../agents/exact/sharding/labels/frontier/problem.ts";
import { solveFrontier } from "../../../../agents/exact/sharding/labels/frontier/solve.ts";
import { solveByReduction } from "../../../../agents/exact/sharding/labels/reduction.ts";
import { gridTables } from "../../../../agents/planners/sharding/labels/grid.ts";
import { everyDimension } from "../../../../agents/problems/sharding/labels/offers.ts";
import { everyPoint, paretoPairs } from "../../../agents/exact/sharding/labels/frontier/every-point.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { cases } from "../pipelines/figures.ts";
import { scenarioOf } from "../runs.ts";
import { anyProblem, diamond, withDrawnMemory } from "./drawn-labels.ts";

const GRAPHS = 300;
const EPSILON = 0.01;
/** 100 over an epsilon of 1, in percent. */
const MOST_POINTS = 100;
const MOST_SECONDS = 60;

/** Half of them diamonds. */
function problems(scale: number, nodes = 6): TwoCostProblem[] {
  return cases(`tensoropt ${nodes}`, seedCount(GRAPHS, scale)).map((rng, i) =>
    withDrawnMemory(rng, i % 2 === 0 ? diamond(rng, 4) : anyProblem(rng, { layers: nodes, labels: 4 })),
  );
}

function frontierOf(problem: TwoCostProblem, epsilon = 0): readonly FrontierPoint[] {
  const found = solveFrontier(problem, { epsilon });
  if (found.kind !== "solved") throw new Error(found.message);
  return found.frontier;
}

const pairsText = (pairs: readonly (readonly number[])[]) => pairs.map((pair) => pair.join(" ")).join();

const bruteForce: SystemCheck = {
  system: "tensoropt",
  check: `the frontier against the Pareto set of all labelings and ways, ${GRAPHS} drawn graphs of at most 6 ops with at most 4 configurations, half of them diamonds`,
  target: "every point equal",
  seeds: 1,
  async run(scale) {
    const drawn = problems(scale);
    let [equal, points] = [0, 0];
    for (const problem of drawn) {
      const found = frontierOf(problem).map(({ memory, time }) => [memory, time]);
      points += found.length;
      if (pairsText(found) === pairsText(paretoPairs(everyPoint(problem)))) equal++;
    }
    return {
      measured: `equal on ${equal} of ${drawn.length}, ${points} points in all`,
      passed: equal === drawn.length,
    };
  },
};

const ends: SystemCheck = {
  system: "tensoropt",
  check: `ends of the frontier, ${GRAPHS} drawn graphs: the least time against OptCNN's and PaSE's programs, the least memory against all labelings`,
  target: "equal on all",
  seeds: 1,
  async run(scale) {
    const drawn = problems(scale);
    const equal = drawn.filter((problem) => {
      const frontier = frontierOf(problem);
      const solved = [solveByElimination(timesOf(problem)), solveByReduction(timesOf(problem))];
      const isFastest = solved.every(
        (found) => found.kind === "solved" && found.cost === frontier.at(-1)!.time,
      );
      const leastMemory = solveByElimination(memoriesOf(problem));
      const least = Math.min(...everyPoint(problem).map(({ memory }) => memory));
      return (
        isFastest &&
        frontier[0].memory === least &&
        leastMemory.kind === "solved" &&
        leastMemory.cost === least
      );
    });
    return {
      measured: `equal on ${equal.length} of ${drawn.length}`,
      passed: equal.length === drawn.length,
    };
  },
};

const replay: SystemCheck = {
  system: "tensoropt",
  check: `every point of the frontiers of ${GRAPHS} drawn graphs, its strategy added up again`,
  target: "exactly its memory and time",
  seeds: 1,
  async run(scale) {
    let [points, equal] = [0, 0];
    for (const problem of problems(scale))
      for (const point of frontierOf(problem)) {
        const again = pointOf(problem, point.labels, point.ways);
        points++;
        if (again.memory === point.memory && again.time === point.time) equal++;
      }
    return { measured: `${equal} of ${points} points`, passed: equal === points };
  },
};

const thinned: SystemCheck = {
  system: "tensoropt",
  check: `an epsilon of 1%: points of BERT base, 12 layers, on 8 V100, with its CPU time; points of ${GRAPHS} drawn graphs of at most 8 ops that it does not cover`,
  target: `at most ${MOST_POINTS} points, under ${MOST_SECONDS} s; none`,
  seeds: 1,
  async run(scale) {
    const scenario = await scenarioOf("bert-base/8xV100-nvlink?objective=iteration&batch=32");
    const before = cpuSeconds();
    const { problem } = gridTables(scenario, 2, everyDimension);
    const frontier = frontierOf(problem, EPSILON);
    const seconds = cpuSeconds() - before;
    const drawn = problems(scale, 8);
    let [uncovered, exact] = [0, 0];
    for (const each of drawn) {
      const near = frontierOf(each, EPSILON);
      for (const point of frontierOf(each)) {
        exact++;
        const isNear = near.some(
          ({ time, memory }) => time <= point.time * (1 + EPSILON) && memory <= point.memory * (1 + EPSILON),
        );
        if (!isNear) uncovered++;
      }
    }
    return {
      measured: `${frontier.length} points in ${seconds.toFixed(1)} s; ${uncovered} of ${exact} points not covered`,
      passed: frontier.length <= MOST_POINTS && seconds < MOST_SECONDS && uncovered === 0,
    };
  },
};

export const checks: readonly SystemCheck[] = [bruteForce, ends, replay, thinned];
