/**
 * A search for shardings, with the simulator in the loop. Plans of given planners come first, then
 * the optimum of the label problem on every mesh of one or two axes. Words of the best plan are
 * tried: the algorithm of sums, stages of ZeRO. Plans that do not fit get segments that are
 * computed again, or keep something on the host. Changes of single labels take the rest.
 */
import { Role } from "../../../env/model/graph/graph.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import type { Plan } from "../../../env/model/plan/plan.ts";
import { type ShardingPlan, shardingCollectives, zeroStages } from "../../../env/model/plan/sharding.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { allowance, type MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { endOf, type PlannerModule, type PlannerReport, refusalOf } from "../../contract.ts";
import { yieldEvery } from "../../event-loop.ts";
import { type LabelTables, labelTables } from "../../problems/sharding/labels/label-tables.ts";
import { everyDimension } from "../../problems/sharding/labels/offers.ts";
import { meshDevices, meshOf, meshSizes } from "../../problems/sharding/mesh/meshes.ts";
import { scenarioPricing } from "../../problems/sharding/pricing.ts";
import { alikeGroups, labelChanges, labelsIn } from "./changes.ts";
import { offloadedToFit } from "./offloading.ts";
import { fewestRecomputed } from "./recomputing.ts";

export interface ShardingSearchOptions {
  /** Planners whose plans are the first, with their defaults. */
  readonly planners: readonly PlannerModule[];
  /** Labels of least cost; null where they are not found. */
  readonly optimumOf: (tables: LabelTables) => Int32Array | null;
  /** Changes of labels in a row that gain nothing, before it ends. */
  readonly patience: number;
}

const breathe = yieldEvery(1);

/** Plans that did not fit, of which segments may be computed again. */
const MOST_TIGHT = 3;

/** The best so far. */
interface Incumbent {
  plan: ShardingPlan | null;
  cost: number;
  /** Plans that do not fit, those nearest to fit first. */
  tight: { readonly plan: ShardingPlan; readonly cost: number }[];
}

function noteTight(best: Incumbent, plan: ShardingPlan, cost: number): void {
  best.tight.push({ plan, cost });
  best.tight.sort((a, b) => a.cost - b.cost);
  best.tight.length = Math.min(best.tight.length, MOST_TIGHT);
}

/** Scores a plan; yields it where it is the best. */
function* tried(evaluator: MeteredEvaluator, best: Incumbent, plan: ShardingPlan): Generator<Plan, boolean> {
  const { cost, violation } = evaluator.evaluate(plan);
  if (violation !== null && plan.recompute === undefined && plan.offload === undefined)
    noteTight(best, plan, cost);
  if (cost >= best.cost) return false;
  best.plan = plan;
  best.cost = cost;
  yield plan;
  return true;
}

export async function* searchShardings(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { planners, optimumOf, patience }: ShardingSearchOptions,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const best: Incumbent = { plan: null, cost: Number.POSITIVE_INFINITY, tight: [] };
  // The evaluator's own best plan may be of another kind, of whoever asks for the search.
  const watched = allowance(evaluator, evaluator.remaining, ({ cost, violation }, planOf) => {
    if (cost >= best.cost && violation === null) return;
    const plan = planOf();
    if (plan.kind === "sharding" && violation !== null) noteTight(best, plan, cost);
    if (cost >= best.cost) return;
    if (plan.kind === "sharding") [best.plan, best.cost] = [plan, cost];
  });
  for (const module of planners) {
    const options = module.options.parse({});
    if (refusalOf(module, options, scenario) !== null) continue;
    yield* module.create(options).plan(scenario, watched, rng.child(module.card.id));
  }
  const meshes = tablesOfMeshes(scenario);
  let optima = 0;
  for (const tables of meshes) {
    const labels = optimumOf(tables());
    if (labels !== null) yield* tried(evaluator, best, tables().planOf(labels));
    if (labels !== null) optima++;
    await breathe();
  }
  yield* words(scenario, evaluator, best);
  const { recomputed, offloaded } = yield* madeToFit(scenario, evaluator, best);
  const changes = yield* changed(meshes, evaluator, best, patience);
  return {
    ended: endOf(evaluator),
    facts: [
      { name: "meshes with an optimum", value: optima },
      ...(recomputed > 0 ? [{ name: "plans that fit by recomputation", value: recomputed }] : []),
      ...(offloaded > 0 ? [{ name: "plans that fit by offloading", value: offloaded }] : []),
      { name: "changes of labels tried", value: changes },
    ],
  };
}

/** Tables of each mesh, made when they are first wanted. */
function tablesOfMeshes(scenario: Scenario): (() => LabelTables)[] {
  const devices = meshDevices(scenario);
  return meshSizes(devices.length).map((sizes) => {
    let made: LabelTables | null = null;
    return () => {
      const mesh = meshOf(devices, sizes);
      made ??= labelTables(scenario.graph, mesh, {
        offer: everyDimension,
        pricing: scenarioPricing(scenario, mesh),
      });
      return made;
    };
  });
}

/** Other algorithms of sums and stages of ZeRO for the best plan. */
function* words({ graph }: Scenario, evaluator: MeteredEvaluator, best: Incumbent): Generator<Plan, void> {
  const stages = graph.role.includes(Role.update) ? zeroStages : [];
  for (const zero of stages)
    if (best.plan !== null && (best.plan.memory?.zero ?? 0) !== zero)
      yield* tried(evaluator, best, { ...best.plan, memory: { zero } });
  for (const collective of shardingCollectives)
    if (best.plan !== null && (best.plan.collective ?? "ring") !== collective)
      yield* tried(evaluator, best, { ...best.plan, collective });
}

/** Computes segments of plans that do not fit again, or offloads; tells how many plans then fit. */
function* madeToFit(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  best: Incumbent,
): Generator<Plan, { readonly recomputed: number; readonly offloaded: number }> {
  const fits = (changed: ShardingPlan) => evaluator.evaluate(changed).violation === null;
  let [recomputed, offloaded] = [0, 0];
  for (const { plan } of [...best.tight]) {
    const found = fewestRecomputed(scenario, plan, fits);
    if (found !== null) {
      recomputed++;
      yield* tried(evaluator, best, found);
    }
    for (const away of offloadedToFit(scenario, plan, fits)) {
      offloaded++;
      yield* tried(evaluator, best, away);
    }
  }
  return { recomputed, offloaded };
}

/** Changes single labels of the best plan while some change gains; returns how many were tried. */
async function* changed(
  meshes: readonly (() => LabelTables)[],
  evaluator: MeteredEvaluator,
  best: Incumbent,
  patience: number,
): AsyncGenerator<Plan, number> {
  const { plan: start } = best;
  // Labels know no panels.
  if (start?.panels !== undefined) return 0;
  const tables = meshes.find((each) => start !== null && isOn(each(), start))?.();
  let labels = tables === undefined || start === null ? null : labelsIn(tables, start);
  if (tables === undefined || labels === null) return 0;
  const alike = alikeGroups(tables);
  const seen = new Set([labels.join()]);
  let count = 0;
  let misses = 0;
  for (;;) {
    let gained = false;
    for (const change of labelChanges(tables, alike, labels)) {
      if (misses >= patience) return count;
      const key = change.labels.join();
      if (seen.has(key)) continue;
      seen.add(key);
      count++;
      const { split } = tables.planOf(change.labels);
      gained = yield* tried(evaluator, best, { ...best.plan!, split });
      await breathe();
      misses = gained ? 0 : misses + 1;
      if (!gained) continue;
      labels = change.labels;
      break;
    }
    if (!gained) return count;
  }
}

const isOn = ({ planOf, groups }: LabelTables, { mesh }: ShardingPlan): boolean =>
  sizesOf(planOf(new Int32Array(groups.count)).mesh).join() === sizesOf(mesh).join();
