/** FlexFlow's lines on how often its chain visits its states. */
import { choicesOf, planOf } from "../../../../agents/problems/choices.ts";
import { createChain } from "../../../../agents/search/groups/metropolis.ts";
import { createRng, evaluator, testScenario } from "../../../../env/index.ts";
import type { SystemCheck } from "../check.ts";
import { range } from "../pipelines/figures.ts";
import { atScale } from "../runs.ts";

const STEPS = 1_000_000;

/** Step times of all placements of 6 ops on 2 devices, the first op the highest bit. */
function sixOpCosts(): number[] {
  const scenario = testScenario({
    graph: `
      a 7 40B
      b 3 20B <- a
      c 5 60B <- a
      d 2 30B <- b
      e 9 10B <- c
      f 4 <- d e`,
    devices: 2,
    bytesPerUs: 10,
  });
  const choices = choicesOf(scenario, "all");
  const score = evaluator(scenario);
  return range(0, 2 ** choices.groupCount - 1).map((state) => {
    const devices = Int32Array.from(
      { length: choices.groupCount },
      (_, g) => (state >> (choices.groupCount - 1 - g)) & 1,
    );
    return score.evaluate(planOf(choices, devices)).cost;
  });
}

/** Visits of a chain over the states of a table of costs, one group a digit of the state. */
function visitsOf(costs: readonly number[], choices: number, inverseTemperature: number, steps: number) {
  const groups = Math.round(Math.log(costs.length) / Math.log(choices));
  const groupDevice = new Int32Array(groups);
  const moved = (group: number, device: number) =>
    groupDevice.reduce((state, own, g) => state * choices + (g === group ? device : own), 0);
  const chain = createChain(
    { legal: Array.from({ length: groups }, () => Int32Array.from({ length: choices }, (_, i) => i)) },
    createRng("visits"),
    {
      state: {
        groupDevice,
        apply(group, device) {
          groupDevice[group] = device;
        },
        reset: () => {},
      },
      cost: costs[0],
      proposals: "uniform",
      inverseTemperature,
      moveCost: (group, device) => costs[moved(group, device)],
    },
  );
  const visits = new Float64Array(costs.length);
  for (let step = 0; step < steps; step++) {
    chain.step();
    visits[moved(-1, 0)]++;
  }
  return visits.map((count) => count / steps);
}

function boltzmann(costs: readonly number[], inverseTemperature: number): number[] {
  const weights = costs.map((cost) => Math.exp(-inverseTemperature * cost));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const totalVariation = (one: ArrayLike<number>, other: readonly number[]): number =>
  other.reduce((sum, share, i) => sum + Math.abs(share - one[i]), 0) / 2;

export const balance: SystemCheck = {
  system: "flexflow",
  check: `visits of ${STEPS} proposals without resets: 3 states of costs 0, 1 and 2 at beta 0.7; 6 ops on 2 devices, all placements`,
  target: "within 2% of exp(-beta c) / Z",
  seeds: 1,
  async run(scale) {
    const steps = atScale(STEPS, scale);
    const costs = [0, 1, 2];
    const expected = boltzmann(costs, 0.7);
    const three = visitsOf(costs, 3, 0.7, steps);
    const worst = Math.max(...expected.map((share, i) => Math.abs(three[i] / share - 1)));
    const six = sixOpCosts();
    const beta = 3 / (Math.max(...six) - Math.min(...six));
    const distance = totalVariation(visitsOf(six, 2, beta, steps), boltzmann(six, beta));
    return {
      measured: `3 states within ${(100 * worst).toFixed(2)}%; 6 ops on 2 devices, ${six.length} states, total variation ${(100 * distance).toFixed(2)}%`,
      passed: worst < 0.02 && distance < 0.02,
    };
  },
};
