/** Submissions that claim what their cells do not show, each refused for its own reason. */
import { describe } from "vitest";
import { type Case, cell, cells, entry, refusesEach } from "./rigs.ts";

const scores: readonly Case[] = [
  [
    "a value off by 1e-6",
    "random",
    cell((c) => {
      c.value! -= 1e-6;
    }),
    /claims the (value|gap)/,
  ],
  [
    "a value and all that follows from it off by 1e-6",
    "random",
    cell((c) => {
      c.value! -= 1e-6;
      c.gap = c.value! / c.bound - 1;
      c.curve[c.curve.length - 1].cost = c.value!;
    }),
    /claims the value 43\.999999, but its plan has 44\./,
  ],
  [
    "a value of another seed's plan",
    "random",
    cell((c) => {
      c.value = 0.5;
      c.gap = c.value / c.bound - 1;
    }),
    /claims the value 0\.5/,
  ],
  [
    "a negative value",
    "random",
    cell((c) => {
      c.value = -1;
    }),
    /value: .*>=0/,
  ],
  [
    "a larger bound",
    "random",
    cell((c) => {
      c.bound *= 1.5;
    }),
    /but the simulator's is/,
  ],
  [
    "a bound by another argument",
    "random",
    cell((c) => {
      c.boundArgument = "trust me";
    }),
    /trust me.*but the simulator's is/,
  ],
  [
    "a gap that is too small",
    "random",
    cell((c) => {
      c.gap = -0.5;
    }),
    /claims the gap -0.5, but its value gives/,
  ],
  [
    "a score that its cells do not have",
    "random",
    entry({ iqm: 0.999 }),
    /claims the score 0\.999, but its cells have/,
  ],
  ["a score above 1", "random", entry({ iqm: 1.5 }), /iqm: .*<=1/],
];

const plans: readonly Case[] = [
  [
    "a plan with one op moved",
    "random",
    cell((c) => {
      (c.plan!.device as number[])[0] ^= 1;
    }),
    /claims the value|does not fit/,
  ],
  [
    "a plan of another scenario",
    "random",
    cell((c, all) => {
      c.plan = all[2].plan;
    }),
    /has 5 entries for 4 ops/,
  ],
  [
    "a plan whose order was dropped",
    "ordered",
    cell((c) => {
      const { order: _, ...rest } = c.plan!;
      c.plan = rest as never;
    }),
    /claims the value/,
  ],
  [
    "a plan whose order waits for itself",
    "ordered",
    cell((c) => {
      (c.plan!.order as number[]).reverse();
    }),
    /each op once|waits? for/,
  ],
  [
    "a plan with an op twice in its order",
    "ordered",
    cell((c) => {
      (c.plan!.order as number[])[1] = 0;
    }),
    /expected each op once/,
  ],
  [
    "a plan whose order lacks an op",
    "ordered",
    cell((c) => {
      (c.plan!.order as number[]).pop();
    }),
    /expected each op once/,
  ],
  [
    "a plan on a device that is not there",
    "random",
    cell((c) => {
      (c.plan!.device as number[])[0] = 99;
    }),
    /the device is 99/,
  ],
  [
    "a plan that leaves an op out",
    "random",
    cell((c) => {
      (c.plan!.device as number[]).pop();
    }),
    /has 3 entries for 4 ops/,
  ],
  [
    "a plan of a kind that nobody knows",
    "random",
    cell((c) => {
      c.plan = { ...c.plan!, kind: "wish" };
    }),
    /kind "wish"/,
  ],
  [
    "a plan that does not fit, as one that does",
    "unfit",
    cell((c) => {
      c.failure = null;
      c.feasible = true;
      c.value = 40;
      c.gap = 40 / c.bound - 1;
    }),
    /says that its plan fits, but it does not/,
  ],
  [
    "a plan that fits, as one that does not",
    "random",
    cell((c) => {
      c.feasible = false;
    }),
    /says that its plan does not fit/,
  ],
  [
    "a value without a plan",
    "random",
    cell((c) => {
      c.plan = null;
    }),
    /claims the value 44 without a plan/,
  ],
  [
    "neither a plan nor a reason",
    "random",
    cell((c) => {
      Object.assign(c, {
        plan: null,
        value: null,
        gap: null,
        feasible: false,
        curve: [],
        bestEvaluation: null,
        bestSimulation: null,
      });
    }),
    /neither a plan nor a reason/,
  ],
  [
    "a plan and a reason for having none",
    "random",
    cell((c) => {
      c.failure = "It was late.";
    }),
    /a reason for having none/,
  ],
  [
    "a plan that is not contiguous",
    "contiguous",
    cell((c) => {
      (c.plan!.device as number[]).splice(0, 4, 0, 1, 0, 1);
      c.value = null;
    }),
    /claims|not contiguous|fits/,
  ],
];

const budgets: readonly Case[] = [
  [
    "more simulations than the budget",
    "random",
    cell((c) => {
      c.simulations = 21;
    }),
    /spent 21 simulations of 20 simulations/,
  ],
  [
    "more evaluations than simulations",
    "random",
    cell((c) => {
      c.evaluations = 30;
    }),
    /each evaluation is one/,
  ],
  [
    "a curve longer than the run",
    "random",
    cell((c) => {
      c.simulations = 1;
      c.evaluations = 1;
    }),
    /but only 1 were spent/,
  ],
  [
    "a curve that gets worse",
    "random",
    cell((c) => {
      c.curve[0].cost = 1;
      c.curve[0].feasible = false;
    }),
    /below every penalty/,
  ],
  [
    "a curve that goes up",
    "random",
    cell((c) => {
      c.curve[1].cost = c.curve[0].cost;
    }),
    /no better than/,
  ],
  [
    "a curve that ends at another value",
    "random",
    cell((c) => {
      c.curve.pop();
    }),
    /the curve ends at/,
  ],
  [
    "a curve that begins below the bound",
    "random",
    cell((c) => {
      c.curve[0].cost = 1;
      c.curve[0].feasible = true;
    }),
    /below the proven bound/,
  ],
  [
    "a curve that goes back in time",
    "random",
    cell((c) => {
      c.curve[1].evaluations = c.curve[0].evaluations;
    }),
    /after the point before it|found/,
  ],
  [
    "a curve without points",
    "random",
    cell((c) => {
      c.curve = [];
    }),
    /its curve is empty/,
  ],
  [
    "a best plan found elsewhere than the curve says",
    "random",
    cell((c) => {
      c.bestSimulation! += 1;
    }),
    /but the curve ends at/,
  ],
  [
    "a plan that stops fitting on the way",
    "random",
    cell((c) => {
      c.curve[c.curve.length - 1].feasible = false;
    }),
    /below every penalty/,
  ],
  [
    "a clock in a budget of simulations",
    "random",
    cell((c) => {
      c.ended = "clock";
    }),
    /was ended by a clock/,
  ],
  [
    "a fault of the method as a result",
    "random",
    cell((c) => {
      c.ended = "fault";
    }),
    /ended in a fault/,
  ],
  [
    "a budget that is no class of the track",
    "random",
    entry({ budget: { simulations: 21 } }),
    /budget is 21 simulations, expected a class/,
  ],
  [
    "a larger budget class under the smaller one's id",
    "random",
    entry({ budget: { simulations: 40 } }),
    /the id is .*, expected "steps-random-40-simulations"/,
  ],
];

const seeds: readonly Case[] = [
  [
    "a seed that is missing",
    "random",
    cells((all) => all.toSpliced(1, 1)),
    /seed 1 of "toy\/memory" is missing/,
  ],
  [
    "a seed that is missing at the end",
    "random",
    cells((all) => all.slice(0, -1)),
    /ends after 3 cells: seed 1 of "toy\/longest-first" is missing/,
  ],
  [
    "a seed that is there twice",
    "random",
    cells((all) => [all[0], all[0], ...all.slice(2)]),
    /seed 0 of "toy\/memory" is there twice/,
  ],
  [
    "a lucky seed as two",
    "random",
    cells((all) => [all[0], { ...all[0], seedIndex: 2 }, ...all.slice(2)]),
    /seed 2 of "toy\/memory" is one too many/,
  ],
  ["cells beyond the last", "random", cells((all) => [...all, all[3]]), /has 5 cells, expected 4/],
  ["cells in another order", "random", cells((all) => [...all.slice(2), ...all.slice(0, 2)]), /out of order/],
  [
    "a cell of a scenario of no track",
    "random",
    cell((c) => {
      c.scenario = "toy/chain";
    }),
    /"toy\/chain" is no scenario of the track/,
  ],
  [
    "a cell of a scenario with other content",
    "random",
    cell((c) => {
      c.scenarioHash = "0".repeat(64);
    }),
    /of a scenario with the hash 0000/,
  ],
  ["fewer seeds than the track has", "random", entry({ seeds: 1 }), /has 1 seeds, expected the 2/],
];

describe("rigged scores:", () => refusesEach(scores));
describe("rigged plans:", () => refusesEach(plans));
describe("rigged budgets and curves:", () => refusesEach(budgets));
describe("rigged seeds and cells:", () => refusesEach(seeds));
