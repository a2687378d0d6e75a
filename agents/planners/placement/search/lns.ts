/**
 * Large-neighbourhood search (Shaw, "Using Constraint Programming and Local Search Methods to Solve
 * Vehicle Routing Problems", CP 1998) over an exact sub-solver. Branch and bound places a window of
 * connected groups of the best plan again, while all other groups stay. The simulator scores every
 * leaf. A descent by single moves comes first, because windows of one group need no solver.
 *
 * A window grows while nothing improves and shrinks after each improvement, so small windows, which
 * take few evaluations, come first. The search ends by itself where the window is the whole graph
 * and nothing better was found. Then the plan is the best one of the groups, first come, first
 * served.
 */
import { z } from "zod";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { endOf, type PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { branchAndBound, type PartialBound } from "../../../exact/branching/branch-and-bound.ts";
import { placingOrder } from "../../../exact/branching/placing-order.ts";
import { type Choices, choicesOf, planOf } from "../../../problems/choices.ts";
import { groupNeighbours } from "../../../problems/group-neighbours.ts";
import type { InterchangeableDevices } from "../../../problems/interchangeable-devices.ts";
import { firstImprovement, movesOf } from "../../../search/groups/descent.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { searchOptions, startPlan } from "../../../search/groups/starts.ts";
import { workingPlan } from "../../../search/groups/working-plan.ts";
import { partialBoundOf } from "../exact/branch-and-bound.ts";

const options = z.strictObject({
  ...searchOptions,
  window: z.int().min(1).default(3).describe("Groups of the first window."),
  nodes: z
    .int()
    .min(1)
    .default(1_000)
    .describe("Partial placements that branch and bound looks at in one window."),
  total: z
    .int()
    .min(1)
    .default(30_000)
    .describe("Partial placements looked at in all windows before the search ends."),
});

export const lns: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "lns",
    name: "Large-neighbourhood search",
    summary:
      "Takes windows of connected groups out of the best plan and places each again by an exact search.",
    searchSpace: "device per group",
    paper:
      "Shaw: Using Constraint Programming and Local Search Methods to Solve Vehicle Routing Problems. CP 1998",
    limits: "Never takes a worse plan. So it ends when no window within its limits improves the plan.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool, start, window, nodes, total }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const first = startPlan(start, choices, evaluator, rng);
      yield first.plan;
      if (!hasMoves(choices)) return undefined;

      const solver = windowSolver(scenario, choices, nodes);
      const windows = windowSampler(choices, rng);
      const yieldNow = yieldEvery(1);
      const working = workingPlan(choices, first.groupDevice);
      let cost = first.cost;
      for await (const improved of firstImprovement(working, cost, movesOf(choices), evaluator, rng)) {
        cost = improved;
        yield working.snapshot();
      }
      let groupDevice = working.groupDevice;
      let size = window;
      let failures = 0;
      for (let looked = 0; looked < total; ) {
        await yieldNow();
        if (evaluator.exhausted) return { ended: endOf(evaluator) };
        const free = windows(size);
        let improved: Int32Array | null = null;
        // From a plan that does not fit every leaf has to be tried, because bounds are infinite
        // there.
        const solve = cost < evaluator.ceiling ? solver.bounded : solver.plain;
        const search = solve(groupDevice, free, cost, (candidate) => {
          return evaluator.evaluate(planOf(choices, candidate)).cost;
        });
        let step = search.next(false);
        for (; step.done !== true; step = search.next(evaluator.exhausted)) {
          await yieldNow();
          if (step.value === null) continue;
          improved = step.value;
          yield planOf(choices, improved);
        }
        looked += Math.max(1, step.value.nodes - (choices.groupCount - free.length));
        if (improved !== null) {
          groupDevice = improved;
          cost = step.value.best;
          failures = 0;
          size = Math.max(window, size - 1);
          continue;
        }
        if (step.value.complete && free.length === windows.largest) return undefined;
        // Enough windows to cover the groups about once.
        if (++failures * size < choices.groupCount) continue;
        failures = 0;
        size = Math.min(size + 1, windows.largest);
      }
      return undefined;
    },
  }),
};

/** Nothing is exchanged: the groups that stay distinguish the devices. */
const noneInterchangeable: InterchangeableDevices = {
  permutations: [],
  leaderOf: () => ({ mayTake: () => true }),
  leaves: (groupDevice) => [groupDevice],
};

type Score = (groupDevice: Int32Array) => number;

function windowSolver(scenario: Scenario, choices: Choices, nodes: number) {
  const compiled = compile(scenario);
  const usual = placingOrder(compiled);
  const within =
    (lowerBound: PartialBound) =>
    (present: Int32Array, free: readonly number[], known: number, score: Score) => {
      const isFree = new Set(free);
      const fixed = choices.groupCount - free.length;
      // Groups that stay have one device, so bounds are computed from the first choice on.
      let placed = 0;
      const boundOfChoices: PartialBound = (groupDevice, cutoff) =>
        placed++ < fixed ? 0 : lowerBound(groupDevice, cutoff);
      const order = [...usual.filter((g) => !isFree.has(g)), ...usual.filter((g) => isFree.has(g))];
      const legal = choices.legal.map((devices, g) => (isFree.has(g) ? devices : [present[g]]));
      return branchAndBound({
        order,
        legal,
        interchangeable: noneInterchangeable,
        lowerBound: boundOfChoices,
        rootBound: 0,
        score,
        known,
        nodes: fixed + nodes,
      });
    };
  return { bounded: within(partialBoundOf(compiled)), plain: within(() => 0) };
}

/** Draws that many connected groups with a choice, or all if there are fewer. */
function windowSampler({ scenario, legal }: Choices, rng: Rng) {
  const neighbours = groupNeighbours(scenario);
  const movable = Array.from(legal.keys()).filter((g) => legal[g].length > 1);
  const draw = (size: number): number[] => {
    const seen = new Set<number>();
    const window: number[] = [];
    while (window.length < Math.min(size, movable.length)) {
      const open = [movable[rng.int(movable.length)]];
      while (open.length > 0 && window.length < size) {
        const [group] = open.splice(rng.int(open.length), 1);
        if (seen.has(group)) continue;
        seen.add(group);
        if (legal[group].length > 1) window.push(group);
        open.push(...neighbours[group]);
      }
    }
    return window;
  };
  return Object.assign(draw, { largest: movable.length });
}
