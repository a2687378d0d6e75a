/** Tries every single change of a pipeline by simulation, for `explain`. */
import { setImmediate } from "node:timers/promises";
import { singleChanges } from "../../../agents/search/pipelines/single-changes.ts";
import { InputError } from "../../../env/model/errors.ts";
import { layerChain } from "../../../env/model/layers/layer-chain.ts";
import type { PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Evaluator, Outcome } from "../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import type { ChangeSearch, TriedChange } from "../../reports/plans/pipeline/explain-pipeline.ts";
import { startProgress } from "../../terminal/progress.ts";
import type { Terminal } from "../../terminal/terminal.ts";

export async function bestChange(
  scenario: Scenario,
  plan: PipelinePlan,
  base: Outcome,
  terminal: Terminal,
): Promise<ChangeSearch> {
  const chain = layerChain(scenario);
  if (typeof chain === "string") return { best: [], tried: 0, helping: 0, complete: true };
  const changes = singleChanges(chain, plan);
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

/** Null where the stages of the changed plan would wait for each other for ever. */
function outcomeOf(score: Evaluator, plan: PipelinePlan): Outcome | null {
  try {
    return score.evaluate(plan);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
