/**
 * Reduction programs as text: a row for each sum with its axes, levels, bytes and program. Drawing
 * simulates the plan once, outside of any budget.
 */
import { programText } from "../../model/layout/reductions/steps.ts";
import { reductionOver, type ShardingPlan } from "../../model/plan/sharding.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { ReductionSum } from "../../parts/reduction-observation.ts";
import { shardingSummary } from "../../sim/timeline/sharding-summary.ts";
import { megabytesText, numberText, textTable } from "../text-table.ts";

export function renderReductions(
  scenario: Scenario,
  plan: ShardingPlan,
  sums: readonly ReductionSum[],
  title: string,
): string {
  const { iterationUs } = shardingSummary(scenario, plan);
  const programOf = ({ axes }: ReductionSum): string => {
    const reduction = reductionOver(plan, axes);
    return reduction === undefined ? (plan.collective ?? "ring") : programText(reduction.steps);
  };
  const right = (header: string, cells: readonly string[]) => ({ header, align: "right" as const, cells });
  return [
    `${title}: a batch takes ${numberText(iterationUs)} us`,
    ...textTable([
      {
        header: "sum over",
        align: "left",
        cells: sums.map(({ axes }) => axes.map((axis) => plan.mesh.axes[axis].name).join(", ")),
      },
      right(
        "levels",
        sums.map(({ levels }) => levels.join("x")),
      ),
      right(
        "sums",
        sums.map(({ count }) => String(count)),
      ),
      right(
        "MB a rank",
        sums.map(({ bytes }) => megabytesText(bytes)),
      ),
      { header: "program", align: "left", cells: sums.map(programOf) },
    ]),
  ].join("\n");
}
