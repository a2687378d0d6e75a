/**
 * FlexFlow's search over splits of operators (Jia, Zaharia, Aiken, "Beyond Data and Model
 * Parallelism for Deep Neural Networks", SysML 2019). A Metropolis chain draws an op and one of its
 * configurations, both uniformly. It accepts a strategy that is dearer by the share x of the first
 * start's cost with probability exp(-beta x).
 *
 * As published, the first chain starts from data parallelism and the next ones from random
 * strategies. A chain ends when it has found nothing better for the last half of its proposals. The
 * paper counts time there. Every proposal is a whole simulation and counts as one.
 *
 * Post: never worse than data parallelism, which is scored first.
 */
import { z } from "zod";
import type { PlannerModule } from "../../contract.ts";
import { yieldEvery } from "../../event-loop.ts";
import { type LevelMesh, levelMesh } from "../../problems/sharding/mesh/level-mesh.ts";
import { createChain, hasMoves } from "../../search/groups/metropolis.ts";
import { strategySpace } from "../../search/sharding/strategies.ts";

const options = z.strictObject({
  beta: z
    .number()
    .min(0)
    .default(300)
    .describe("Inverse temperature over the first start's cost: 1 / beta dearer is accepted 1 in e times."),
  start: z
    .enum(["data", "random"])
    .default("data")
    .describe("The first strategy: data parallelism, or a random one. Later chains start at random."),
  restarts: z
    .boolean()
    .default(true)
    .describe("Start again when a chain has found nothing better for the last half of its proposals."),
  resets: z
    .boolean()
    .default(false)
    .describe("Return to the chain's best strategy every hundredth of the budget, as FlexFlow's code does."),
  halos: z
    .boolean()
    .default(false)
    .describe(
      "Split height and width as well where parts need rows of their neighbours, which are exchanged.",
    ),
});
type Options = z.infer<typeof options>;

/** An op has a configuration for each way to share the axes out over its dimensions. */
const MOST_RANKS = 64;

export const flexflowSoap: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "flexflow-soap",
    systems: ["flexflow"],
    name: "FlexFlow SOAP",
    summary: "Metropolis chains over splits of single operators, from data parallelism and at random.",
    searchSpace: "for each op the mesh axes that divide each of its dimensions",
    paper: "Jia, Zaharia, Aiken: Beyond Data and Model Parallelism for Deep Neural Networks. SysML 2019",
    limits:
      "Samples, attributes and parameters (S, A, P of SOAP), and contractions. All devices of a mesh run every op, so an op on " +
      "few devices (O) is missing; `mcmc` has that part alone. Parts are equal, and dimensions with halos whole without `halos`. " +
      "There is no delta simulation: each proposal is simulated whole. beta is relative, where the code has 1 per ms. No expert start.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "endless", random: true },
  refuses(scenario) {
    const found = levelMesh(scenario);
    if (typeof found === "string") return found;
    const ranks = found.mesh.devices.length;
    if (ranks === 1) return "FlexFlow divides ops over several accelerators, and there is one.";
    if (ranks <= MOST_RANKS) return null;
    return `FlexFlow lists all configurations of an op, for at most ${MOST_RANKS} devices; there are ${ranks}.`;
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator, rng) {
      const { mesh } = levelMesh(scenario) as LevelMesh;
      const space = strategySpace(scenario.graph, mesh, given);
      const costOf = (strategy: ArrayLike<number>) => evaluator.evaluate(space.planOf(strategy)).cost;
      let start = given.start === "data" ? space.dataParallel : space.random(rng);
      let startCost = costOf(start);
      yield space.planOf(start);
      if (!hasMoves(space)) return { facts: [{ name: "chains", value: 0 }] };

      const inverseTemperature = startCost > 0 ? given.beta / startCost : given.beta;
      const { spent, remaining } = evaluator;
      const resetEvery = given.resets ? resetInterval(spent + remaining) : Number.POSITIVE_INFINITY;
      const moves = space.legal.reduce((sum, { length }) => sum + (length > 1 ? length : 0), 0);
      const leastSteps = given.restarts ? moves : Number.POSITIVE_INFINITY;
      const yieldNow = yieldEvery(16);
      let shown = startCost;
      for (;;) {
        const state = workingStrategy(start);
        let best = { strategy: start.slice(), cost: startCost, step: 0 };
        const chain = createChain(space, rng, {
          state,
          cost: startCost,
          proposals: "uniform",
          inverseTemperature,
          moveCost: (op, configuration) => costOf(state.groupDevice.with(op, configuration)),
        });
        for (let step = 1; step <= Math.max(leastSteps, 2 * best.step); step++) {
          await yieldNow();
          const { accepted, cost } = chain.step();
          if (accepted && cost < best.cost) {
            best = { strategy: state.groupDevice.slice(), cost, step };
            if (cost < shown) yield space.planOf(best.strategy);
            shown = Math.min(shown, cost);
          }
          if (step % resetEvery === 0) chain.restart(best.strategy, best.cost);
        }
        start = space.random(rng);
        startCost = costOf(start);
      }
    },
  }),
};

/** The state of the chain: an op is a group and a configuration its device. */
function workingStrategy(start: Int32Array) {
  const groupDevice = start.slice();
  return {
    groupDevice,
    apply(op: number, configuration: number) {
      groupDevice[op] = configuration;
    },
    reset: (strategy: ArrayLike<number>) => groupDevice.set(strategy),
  };
}

const LONGEST_INTERVAL = 1000;

const resetInterval = (budget: number): number =>
  Math.max(1, Math.min(LONGEST_INTERVAL, Math.floor(budget / 100)));
