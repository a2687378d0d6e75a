/**
 * Adaptive Paddle (Ao et al., arXiv 2112.02752): hill climbing over the mappings of
 * ops on every mesh of up to three axes. The mapper then gives ranks that exchange most the best
 * links.
 *
 * With `pipeline` the last axis of a mesh may count stages. Ops of a stage are divided along the
 * other axes.
 *
 * With `lost` it plans for the whole cluster first, without scoring that plan. Then machines leave.
 * What divides ops goes on, on a mesh of the devices that are left, and the search continues there.
 */
import { z } from "zod";
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { type Mesh, sizesOf } from "../../../env/model/layout/mesh.ts";
import { batchDecisions } from "../../../env/model/layout/propagation/batch-decisions.ts";
import { completeSharding } from "../../../env/model/layout/propagation/complete.ts";
import { propagationRules } from "../../../env/model/layout/propagation/rules.ts";
import { mayHaveMeshes } from "../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { createShardingRunner } from "../../../env/sim/lower/sharding/run.ts";
import type { PlannerModule } from "../../contract.ts";
import { yieldEvery } from "../../event-loop.ts";
import { machinesOf } from "../../problems/pipeline/machine-levels.ts";
import { annotationsIn } from "../../problems/sharding/annotations.ts";
import { meshDevices, meshOf, noSharding } from "../../problems/sharding/mesh/meshes.ts";
import { factorings } from "../../search/sharding/factorings.ts";
import { keptSizes, movedBytes } from "../../search/sharding/kept-plan.ts";
import { type Climbed, climbMappings } from "../../search/sharding/mapping-climb.ts";
import { mappedRanks, mappers, rankTraffic } from "../../search/sharding/rank-mapping.ts";
import { climbStages, singleLayers, stagedSpace } from "../../search/sharding/staged-mappings.ts";
import { type StrategySpace, strategySpace } from "../../search/sharding/strategies.ts";

const options = z.strictObject({
  patience: z.int().min(1).default(5).describe("Failures in a row that end a climb."),
  restarts: z.int().min(1).default(1).describe("Climbs on each mesh; all but the first start at random."),
  start: z
    .enum(["data", "random", "hints"])
    .default("data")
    .describe("Data parallelism, random mappings as in the code, or hints that propagation completes."),
  hints: z
    .string()
    .default("")
    .describe("Lists op:dimension:axis with commas between; empty puts the batch on the first axis."),
  mapper: z
    .enum(mappers)
    .default("paper")
    .describe("Heaviest neighbours on the best links, or as in the code."),
  pipeline: z
    .boolean()
    .default(false)
    .describe("Also try meshes whose last axis counts stages, between which ops move."),
  microBatches: z
    .int()
    .min(1)
    .default(4)
    .describe("Micro-batches of pipelines, at most the samples of the batch."),
  lost: z
    .string()
    .default("")
    .describe("Numbers of machines that leave after a first plan, such as 3 or 1,2."),
});
type Options = z.infer<typeof options>;

export const paddleAdaptive: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "paddle-adaptive",
    systems: ["paddle-adaptive"],
    name: "Adaptive Paddle",
    summary:
      "Climbs over mappings of ops on all meshes, maps ranks to links, and plans again when machines leave.",
    searchSpace: "meshes of up to three axes, a split of each op, its stage, the order of devices",
    paper: "Ao et al.: End-to-end Adaptive Distributed Training on PaddlePaddle. arXiv 2112.02752",
    limits:
      "Costs are the simulator's, not the global cost model of the code. Resource allocation and slowed devices are missing; machines " +
      "leave and none join. The mapper takes the heaviest open neighbour of all ranks, not breadth first. Pipelines are tried by " +
      "`pipeline` alone; their stages have devices that follow each other, which the mapper does not change. " +
      "The first plan of a changing cluster is private, and its simulations count.",
  },
  traits: { answers: "sharding", objectives: ["iteration", "throughput"], effort: "seconds", random: true },
  options,
  refuses: (scenario, { lost, pipeline }) =>
    noSharding(scenario) ??
    (lost === "" ? null : notLost(scenario, lost)) ??
    (pipeline ? noPipelines(scenario, lost) : null),
  create: (given) => ({
    async *plan(scenario, evaluator, rng) {
      const whole = meshDevices(scenario);
      const before =
        given.lost === "" ? null : await firstPlan(scenario, evaluator, rng.child("first"), given);
      const devices = whole.filter((d) => !lostDevices(scenario, given.lost).includes(d));
      const spent = evaluator.spent;
      const yieldNow = yieldEvery(4);
      const costOf = (plan: ShardingPlan | PipelinePlan) => evaluator.evaluate(plan).cost;
      let best: Found | null = null;
      const { patience } = given;
      const meshes = startsOn(scenario, devices, rng, given, before);
      for (const { mesh, space, state, cost } of climbedFrom(meshes, ({ space }, start) =>
        climbMappings(space, rng, start, { patience, costOf: (each) => costOf(space.planOf(each)) }),
      )) {
        await yieldNow();
        if (best !== null && cost >= best.cost) continue;
        best = { plan: space.planOf(state), cost, mesh };
        yield best.plan;
      }
      let staged: { readonly cost: number; readonly sizes: readonly number[] } | null = null;
      const pipelines = stagedStarts(scenario, devices, rng, given);
      for (const { sizes, space, state, cost } of climbedFrom(pipelines, ({ space }, start) =>
        climbStages(space, rng, start, { patience, costOf: (each) => costOf(space.planOf(each)) }),
      )) {
        await yieldNow();
        if (cost >= Math.min(best!.cost, staged?.cost ?? Number.POSITIVE_INFINITY)) continue;
        staged = { cost, sizes };
        yield space.planOf(state);
      }
      if (staged !== null)
        return {
          facts: [
            { name: "mesh", value: staged.sizes.join("x") },
            { name: "stages", value: staged.sizes[staged.sizes.length - 1] },
          ],
        };
      const { plan, cost, mesh } = best!;
      evaluator.pass();
      const mapped = mappedRanks(scenario, rankTraffic(scenario, plan), devices, given.mapper);
      const placed = { ...plan, mesh: { ...mesh, devices: mapped } };
      const gained = cost - costOf(placed);
      yield placed;
      const taken = gained > 0 ? placed : plan;
      return {
        facts: [
          { name: "mesh", value: sizesOf(mesh).join("x") },
          { name: "gained by the mapper", value: gained, unit: "us" },
          ...(before === null
            ? []
            : [
                { name: "devices that stay", value: devices.length },
                { name: "bytes of weights that move", value: movedBytes(scenario, before, taken), unit: "B" },
                { name: "simulations of the new plan", value: evaluator.spent - spent },
              ]),
        ],
      };
    },
  }),
};

interface Found {
  readonly plan: ShardingPlan;
  readonly cost: number;
  readonly mesh: Mesh;
}

interface MeshStarts {
  readonly mesh: Mesh;
  readonly space: StrategySpace;
  readonly starts: Iterable<Int32Array>;
}

/** All meshes of the devices with their starts; what is kept of a plan comes first. */
function* startsOn(
  scenario: Scenario,
  devices: readonly number[],
  rng: Rng,
  given: Options,
  before: ShardingPlan | null,
): Generator<MeshStarts> {
  const all = factorings(devices.length, 3);
  const kept = before === null ? null : keptSizes(sizesOf(before.mesh), devices.length);
  for (const sizes of kept === null ? all : [kept, ...all]) {
    const mesh = meshOf(devices, sizes);
    const space = strategySpace(scenario.graph, mesh);
    if (sizes === kept) yield { mesh, space, starts: [space.strategyOf(before!.split)] };
    else yield { mesh, space, starts: startsOf(scenario, mesh, space, rng, given) };
  }
}

/** All pipelines of the devices with the starts of their stages' meshes; none unless asked for. */
function* stagedStarts(scenario: Scenario, devices: readonly number[], rng: Rng, given: Options) {
  if (!given.pipeline) return;
  const chain = singleLayers(scenario) as LayerChain;
  for (const sizes of factorings(devices.length, 3)) {
    const space = stagedSpace(chain, devices, sizes, given.microBatches);
    if (space === null) continue;
    yield { sizes, space, starts: startsOf(scenario, space.mesh, space.mappings, rng, given) };
  }
}

function* startsOf(
  { graph }: Scenario,
  mesh: Mesh,
  space: StrategySpace,
  rng: Rng,
  { start, restarts, hints }: Options,
): Generator<Int32Array> {
  if (start === "random") yield space.random(rng);
  else if (start === "data") yield space.dataParallel;
  else {
    const rules = propagationRules(graph);
    const decisions = hints === "" ? batchDecisions(rules, 0) : annotationsIn(rules, mesh, hints);
    yield space.strategyOf(completeSharding(rules, sizesOf(mesh), decisions, "priority").split);
  }
  for (let again = 1; again < restarts; again++) yield space.random(rng);
}

/** The plan before machines leave, by private simulations. */
async function firstPlan(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Options,
): Promise<ShardingPlan> {
  const runner = createShardingRunner(scenario);
  const yieldNow = yieldEvery(4);
  let best: { readonly plan: ShardingPlan; readonly cost: number } | null = null;
  const costOf = (plan: ShardingPlan): number => {
    evaluator.pass();
    const { iterationUs, violation } = runner.run(plan);
    return violation === null ? iterationUs : Number.POSITIVE_INFINITY;
  };
  const { patience } = given;
  const meshes = startsOn(scenario, meshDevices(scenario), rng, given, null);
  for (const { space, state, cost } of climbedFrom(meshes, ({ space }, start) =>
    climbMappings(space, rng, start, { patience, costOf: (each) => costOf(space.planOf(each)) }),
  )) {
    await yieldNow();
    if (best === null || cost < best.cost) best = { plan: space.planOf(state), cost };
  }
  return best!.plan;
}

/** What climbs from all starts meet, one space after the other. */
function* climbedFrom<On extends { readonly starts: Iterable<Int32Array> }, State>(
  spaces: Iterable<On>,
  climbFrom: (on: On, start: Int32Array) => Iterable<Climbed<State>>,
): Generator<On & Climbed<State>, void> {
  for (const on of spaces)
    for (const start of on.starts) for (const climbed of climbFrom(on, start)) yield { ...on, ...climbed };
}

/** Devices of machines that leave, by the number of the machine. */
function lostDevices(scenario: Scenario, lost: string): readonly number[] {
  if (lost === "") return [];
  const machines = machinesOf(scenario, meshDevices(scenario));
  return lost.split(",").flatMap((number) => machines[Number(number)] ?? []);
}

function notLost(scenario: Scenario, lost: string): string | null {
  const machines = machinesOf(scenario, meshDevices(scenario));
  const wrong = lost.split(",").find((number) => machines[Number(number)] === undefined);
  if (wrong !== undefined)
    return `There is no machine "${wrong}" to lose, expected numbers below ${machines.length} with commas between.`;
  const left = meshDevices(scenario).length - lostDevices(scenario, lost).length;
  return left < 2 ? `${left} devices are left of "${scenario.name}"; a mesh needs two.` : null;
}

function noPipelines(scenario: Scenario, lost: string): string | null {
  if (lost !== "") return "What is kept when machines leave is a sharding: give pipeline or lost, not both.";
  if (!mayHaveMeshes(scenario.graph))
    return `"${scenario.name}" has a backward pass without updates, so stages of a pipeline have no meshes.`;
  const chain = singleLayers(scenario);
  return typeof chain === "string" ? chain : null;
}
