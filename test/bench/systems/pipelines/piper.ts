/**
 * Piper's lines "works in the gym when". The first needs the public inputs beside the checkout. The
 * others draw small graphs: up to 8 layers, 4 devices, degrees 1, 2 and 4, two choices for a layer.
 */
import { readFileSync } from "node:fs";
import { planCost } from "../../../../agents/exact/stages/piper/plan-cost.ts";
import {
  type PiperOptions,
  type PiperPlan,
  piperPlan,
} from "../../../../agents/exact/stages/piper/planner.ts";
import {
  type PiperFreedom,
  type PiperProblem,
  piperProblem,
} from "../../../../agents/exact/stages/piper/problem.ts";
import { everyPlan } from "../../../agents/exact/stages/piper/plain-programs.ts";
import { randomCase } from "../../../agents/exact/stages/piper/random-case.ts";
import {
  bertCells,
  gnmtCells,
  offFrom,
  planOfCell,
  resnetCells,
  type SheetCell,
} from "../../../golden/piper-sheet.ts";
import { ABSENT, sharedPath } from "../../../shared-folder.ts";
import { type SystemCheck, seedCount } from "../check.ts";

const INSTANCES = 1000;
const LARGEST = { mostLayers: 8, mostDevices: 4 };
const ROUNDING = 1e-9;

const drawn = (number: number, freedom: PiperFreedom = {}): PiperProblem =>
  piperProblem(randomCase(number, LARGEST), freedom);

const planned = (problem: PiperProblem, options: PiperOptions = {}): PiperPlan | null =>
  piperPlan(problem, options)!.plan;

const timeOf = (plan: PiperPlan | null): number => plan?.time ?? Number.POSITIVE_INFINITY;

const isSame = (one: number, other: number): boolean => one === other || Math.abs(one / other - 1) < ROUNDING;

function fileOf(input: string) {
  const path = sharedPath("data", "piper", `${input}.json`);
  if (path === null) throw new Error(`${input}.json: ${ABSENT}.`);
  return JSON.parse(readFileSync(path, "utf8"));
}

function worstOf(cells: readonly SheetCell[]): number {
  return Math.max(...cells.map((cell) => offFrom(cell, planOfCell(fileOf(cell.input), cell))));
}

/** Layers of each stage of BERT-32 on 8 devices of 8 GiB. */
function stagesOn8(mode: SheetCell["mode"]): string {
  const cell = bertCells.find((each) => each.gib === 8 && each.devices === 8 && each.mode === mode)!;
  return planOfCell(fileOf(cell.input), cell)!
    .stages.map(({ layers }) => layers.length)
    .join("-");
}

export const checks: readonly SystemCheck[] = [
  {
    system: "piper",
    check:
      "every cell of the golden table, BERT-32; ResNet-50 and GNMT to the digits that are printed; the plan of 8 devices",
    target: "within 1e-6; within half of the last of three decimals; the released stages or a tie",
    seeds: 1,
    async run() {
      const [bert, resnet, gnmt] = [bertCells, resnetCells, gnmtCells].map(worstOf);
      const digits = [...resnetCells, ...gnmtCells].every((cell) => {
        const plan = planOfCell(fileOf(cell.input), cell);
        return plan !== null && Math.abs(plan.time - cell.time!) <= 0.0005 + ROUNDING;
      });
      return {
        measured:
          `${bertCells.length} cells of BERT-32 within ${bert.toExponential(1)}; ${resnetCells.length} of ResNet-50 within ` +
          `${resnet.toExponential(1)} and ${gnmtCells.length} of GNMT within ${gnmt.toExponential(1)}, ${digits ? "all" : "not all"} ` +
          `to the digits printed; BERT-32 on 8 devices of 8 GiB in ${stagesOn8("noDP")} layers without replicas, as released, and ` +
          `with them a tie in ${stagesOn8("piper")}`,
        passed: bert <= 1e-6 && digits && stagesOn8("noDP") === "6-4-4-4-4-4-5-6",
      };
    },
  },
  {
    system: "piper",
    check:
      "the plan with an exact knapsack against all plans, the greedy one against it, 1,000 random graphs",
    target: "equal; never better, equal in >= 95%",
    seeds: 1,
    async run(scale) {
      const count = seedCount(INSTANCES, scale);
      let [feasible, optimal, equal, better, worst] = [0, 0, 0, 0, 1];
      for (let i = 0; i < count; i++) {
        const problem = drawn(i);
        const [exact, greedy] = [timeOf(planned(problem, { knapsack: "exact" })), timeOf(planned(problem))];
        optimal += Number(isSame(exact, everyPlan(problem)));
        if (!Number.isFinite(exact)) continue;
        feasible++;
        equal += Number(isSame(greedy, exact));
        better += Number(greedy < exact * (1 - ROUNDING));
        worst = Math.max(worst, greedy / exact);
      }
      return {
        measured:
          `exact: ${optimal} of ${count}; greedy: ${equal} of ${feasible} feasible ones equal ` +
          `(${((100 * equal) / feasible).toFixed(1)}%), ${better} better, the worst ${worst.toFixed(3)} times the optimum`,
        passed: optimal === count && better === 0 && equal >= 0.95 * feasible,
      };
    },
  },
  {
    system: "piper",
    check: "without replicas, tensor parallelism or recomputation, 1,000 random graphs",
    target: "never a smaller time",
    seeds: 1,
    async run(scale) {
      const count = seedCount(INSTANCES, scale);
      const options = ["dataParallel", "tensorParallel", "recompute"];
      let [smaller, larger] = [0, 0];
      for (let i = 0; i < count; i++) {
        const all = timeOf(planned(drawn(i)));
        for (const option of options) {
          const less = timeOf(planned(drawn(i, { [option]: false })));
          if (isSame(less, all)) continue;
          if (less < all) smaller++;
          else larger++;
        }
      }
      return {
        measured: `smaller in ${smaller}, larger in ${larger} of ${count * options.length}`,
        passed: smaller === 0,
      };
    },
  },
  {
    system: "piper",
    check: "the evaluator on the plan found against the program's value, 1,000 random graphs, both knapsacks",
    target: "within 1e-9, and every plan fits",
    seeds: 1,
    async run(scale) {
      const count = seedCount(INSTANCES, scale);
      let [plans, misfits, worst] = [0, 0, 0];
      for (let i = 0; i < count; i++)
        for (const knapsack of ["greedy", "exact"] as const) {
          const problem = drawn(i);
          const plan = planned(problem, { knapsack });
          if (plan === null) continue;
          const { time, fits } = planCost(problem, plan.stages);
          plans++;
          misfits += Number(!fits);
          worst = Math.max(worst, Math.abs(time / plan.time - 1));
        }
      return {
        measured: `${plans} plans within ${worst.toExponential(1)}, ${misfits} of them do not fit`,
        passed: worst <= ROUNDING && misfits === 0,
      };
    },
  },
];
