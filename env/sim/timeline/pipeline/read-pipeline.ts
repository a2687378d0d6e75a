/** What the parts of a timeline are read from: the plan, its run, its blocks and transfers. */
import type { PipelinePlan } from "../../../model/plan/pipeline.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { runLoggedPipeline } from "../../lower/run.ts";
import type { InsideWait, PipelineBlock, PipelineTransfer, SyncSpan } from "./contract.ts";

/** What goes on inside the units of stages with a mesh. */
export interface UnitTimes {
  /** The share of a block in which its device waits. */
  waitingShare(block: PipelineBlock): number;
  /** What all blocks within the measured window wait for, in one batch. */
  waits(blocks: readonly PipelineBlock[]): InsideWait[];
}

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
