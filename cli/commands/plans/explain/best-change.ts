/** Tries every single change of a pipeline or a sharding by simulation, for `explain`. */
import { setImmediate } from "node:timers/promises";
import { singleChanges } from "../../../../agents/search/pipelines/single-changes.ts";
import { shardingChanges } from "../../../../agents/search/sharding/single-changes.ts";
import { InputError } from "../../../../env/model/errors.ts";
import { layerChain } from "../../../../env/model/layers/layer-chain.ts";
import type { PipelinePlan } from "../../../../env/model/plan/pipeline.ts";
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import type { Evaluator, Outcome } from "../../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import type { ChangeSearch, TriedChange } from "../../../reports/plans/tried-changes.ts";
import { startProgress } from "../../../terminal/progress.ts";
import type { Terminal } from "../../../terminal/terminal.ts";

interface Change {
  readonly kind: string;
  readonly what: string;
  readonly plan: Plan;
}

export async function bestChange(
  scenario: Scenario,
  plan: PipelinePlan | ShardingPlan,
  base: Outcome,
  terminal: Terminal,
): Promise<ChangeSearch> {
  const changes = changesOf(scenario, plan);
  const score = evaluator(scenario);
  const progress = startProgress(terminal, changes.length, "changes");
  const best = new Map<string, TriedChange>();
  let [tried, helping] = [0, 0];
  for (const { kind, what, plan: changed } of changes) {
    if (terminal.signal.aborted) break;
    progress.update(tried, what);
    const outcome = outcomeOf(score, changed);
    tried++;
    await setImmediate();
    if (outcome === null) continue;
    if (outcome.cost < base.cost) helping++;
    const known = best.get(kind);
    if (known === undefined || outcome.cost < known.outcome.cost) best.set(kind, { kind, what, outcome });
  }
  progress.end();
  const byCost = [...best.values()].sort((a, b) => a.outcome.cost - b.outcome.cost);
  return { best: byCost, tried, helping, complete: tried === changes.length };
}

/** Null where tasks of the changed plan would wait for each other for ever. */
function outcomeOf(score: Evaluator, plan: Plan): Outcome | null {
  try {
    return score.evaluate(plan);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** None of a pipeline whose graph has no layers. */
function changesOf(scenario: Scenario, plan: PipelinePlan | ShardingPlan): readonly Change[] {
  if (plan.kind === "sharding") return shardingChanges(scenario, plan);
  const chain = layerChain(scenario);
  return typeof chain === "string" ? [] : singleChanges(chain, plan);
}
