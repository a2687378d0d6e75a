/** What the parts of a timeline are read from: the plan, its run, its blocks and transfers. */
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { runLoggedPipeline } from "../../lower/run.ts";
import type { PipelineBlock, PipelineTransfer, SyncSpan } from "./contract.ts";
import type { UnitTimes } from "./inside-times.ts";

export type LoggedPipeline = ReturnType<typeof runLoggedPipeline>;

export interface ReadPipeline {
  readonly scenario: Scenario;
  readonly plan: PipelinePlan;
  readonly run: LoggedPipeline;
  readonly blocks: readonly PipelineBlock[];
  readonly syncs: readonly SyncSpan[];
  readonly inside: UnitTimes;
  readonly transfers: readonly PipelineTransfer[];
}
