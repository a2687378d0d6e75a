/**
 * `Exporter`: writes a scenario's graph, or a plan for it, in a format that other programs read. A
 * new format is one file and one line in the registry of `index.ts`.
 */
import type { PipelinePlan } from "../../env/model/plan/pipeline.ts";
import type { Placement } from "../../env/model/plan/placement.ts";
import type { ShardingPlan } from "../../env/model/plan/sharding.ts";
import type { Scenario } from "../../env/model/scenario.ts";

export interface Exporter {
  /** As `export --format NAME` takes it. */
  readonly name: string;
  readonly summary: string;
  /**
   * A format for plans needs a plan. A format for graphs marks the devices where there is a plan.
   */
  readonly subject: "plan" | "graph";
  /** True where the format keeps a plan's order of ops. */
  readonly keepsOrder?: true;
  /** Pre: the plan is valid for the scenario, and given where the subject is a plan. */
  readonly write: (scenario: Scenario, plan: Placement | null) => Exported;
}

/** A format of pipelines alone. */
export interface PipelineExporter {
  readonly name: string;
  readonly summary: string;
  readonly subject: "pipeline";
  /** Pre: the plan is valid for the scenario. */
  readonly write: (scenario: Scenario, plan: PipelinePlan) => Exported;
  /** Of plans that divide ops, where it can hold some. Throws a sentence for those it cannot. */
  readonly writeDivided?: (scenario: Scenario, plan: ShardingPlan | PipelinePlan) => Exported;
}

/** A format of plans that divide ops: shardings, and pipelines with meshes inside their stages. */
export interface DividedExporter {
  readonly name: string;
  readonly summary: string;
  readonly subject: "sharding";
  /** Pre: the plan is valid for the scenario. Throws a sentence for plans that it cannot hold. */
  readonly write: (scenario: Scenario, plan: ShardingPlan | PipelinePlan) => Exported;
}

export type ExportFormat = Exporter | PipelineExporter | DividedExporter;

export interface Exported {
  readonly text: string;
  /** What the format could not hold, as sentences. */
  readonly notes: readonly string[];
}
