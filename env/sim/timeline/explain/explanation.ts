/**
 * Why a step takes as long as it does: its critical path and last chain with the shares of their
 * time. It also tells how busy each device and link is, and what bounds the step. There are only
 * numbers and names; the command line puts them into words.
 */
import type { Plan } from "../../../model/plan/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { simulate, type Timeline } from "../timeline.ts";
import { type Bottleneck, bottleneckOf } from "./bottleneck.ts";
import { criticalPath, lastChain, type Segment } from "./critical-path.ts";
import { type Share, sharesOf } from "./shares.ts";
import { type Tasks, tasksOf } from "./tasks.ts";

export interface PathSummary {
  readonly segments: readonly Segment[];
  readonly shares: readonly Share[];
}

export interface Explanation {
  readonly timeline: Timeline;
  readonly tasks: Tasks;
  readonly criticalPath: PathSummary;
  readonly lastChain: PathSummary;
  readonly bottleneck: Bottleneck;
}

/** Explains infeasible plans too, with the times of a step that had enough memory. */
export function explain(scenario: Scenario, plan: Plan): Explanation {
  const timeline = simulate(scenario, plan);
  const tasks = tasksOf(scenario, timeline);
  const summary = (segments: readonly Segment[]): PathSummary => ({
    segments,
    shares: sharesOf(segments, timeline.makespanUs),
  });
  const chain = lastChain(tasks);
  return {
    timeline,
    tasks,
    criticalPath: summary(criticalPath(tasks)),
    lastChain: summary(chain),
    bottleneck: bottleneckOf(chain, timeline.makespanUs),
  };
}
