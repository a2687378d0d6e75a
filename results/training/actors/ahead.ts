/**
 * Several processes that simulate the plans of an update. The learner is one of them: it draws the
 * plans, gives each other process its share, and simulates its own share at the same time. It then
 * evaluates all of them in order, by scores that are there.
 *
 * Nothing that a run keeps depends on how many there are. Where a process dies or refuses, the
 * learner simulates that share when it evaluates it.
 */
import { setImmediate } from "node:timers/promises";
import { type ScenarioFile, writeScenario } from "../../../env/model/file.ts";
import { copyPlan, type Plan, planToJson } from "../../../env/model/plan/plan.ts";
import type { Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { type PlanScore, type ScoredAhead, scoreOf } from "../../../env/sim/evaluator/scored-ahead.ts";
import type { Actors, ScoreRequest } from "./contract.ts";

/** What `Task.scoreAhead` is made from. */
export interface AheadParts {
  readonly actors: Actors;
  readonly request: Omit<ScoreRequest, "plans" | "content">;
  /** Scores the learner's share; nobody else asks it. */
  readonly own: Evaluator;
  readonly scored: ScoredAhead;
}

export function aheadBy({
  actors,
  request,
  own,
  scored,
}: AheadParts): (plans: readonly Plan[]) => Promise<void> {
  let written: ScenarioFile | null = null;
  const content = (): ScenarioFile => {
    written ??= withoutPaths(writeScenario(own.scenario));
    return written;
  };
  return async (given) => {
    const plans = given.map((plan) => copyPlan(plan));
    const [first, ...others] = shares(plans, actors.count);
    const asked = others.map((share) =>
      sharedScores(actors, { ...request, plans: share.map(planToJson) }, content),
    );
    const scores: PlanScore[] = [];
    for (const plan of first) {
      // In this turn of the event loop the others' shares leave, and their answers are taken.
      await setImmediate();
      scores.push(scoreOf(own.evaluate(plan)));
    }
    scored.keep(plans, [...scores, ...(await Promise.all(asked)).flat()]);
  };
}

/** Name and source may be paths, and no score depends on them. */
const withoutPaths = ({ name: _name, meta: _meta, ...content }: ScenarioFile): ScenarioFile => content;

/** Nulls where the process has no answer. */
async function sharedScores(
  actors: Actors,
  request: ScoreRequest,
  content: () => ScenarioFile,
): Promise<readonly (PlanScore | null)[]> {
  const unknown = request.plans.map(() => null);
  try {
    const scores = (await actors.score(request)) ?? (await actors.score({ ...request, content: content() }));
    return scores ?? unknown;
  } catch {
    return unknown;
  }
}

/** In order, of sizes that differ by 1 at most, the first the smallest; no other one is empty. */
function shares<T>(all: readonly T[], count: number): T[][] {
  const cuts = Array.from({ length: count + 1 }, (_, i) => Math.floor((i * all.length) / count));
  const parts = Array.from({ length: count }, (_, i) => all.slice(cuts[i], cuts[i + 1]));
  return parts.filter((part, i) => i === 0 || part.length > 0);
}
