/**
 * A sharding as text. Each mesh axis has a row with the forward ops that it divides, by kinds of
 * dimensions. Each kind of collective has one too. Drawing simulates the plan once, outside of
 * any budget.
 */
import { iterationOf, type ShardingPlan } from "../../model/plan/sharding.ts";
import type { Scenario } from "../../model/scenario.ts";
import { shardingSummary } from "../../sim/timeline/sharding-summary.ts";
import { megabytesText, numberText, textTable } from "../text-table.ts";

export function renderSharding(scenario: Scenario, plan: ShardingPlan, title: string): string {
  const { iterationUs, collectives, peakBytes } = shardingSummary(scenario, plan);
  const { axes } = plan.mesh;
  const right = (header: string, cells: readonly string[]) => ({ header, align: "right" as const, cells });
  return [
    `${title}: a batch takes ${numberText(iterationUs)} us`,
    `at most ${megabytesText(peakBytes.reduce((most, bytes) => Math.max(most, bytes), 0))} MB on a device`,
    ...textTable([
      { header: "axis", align: "left", cells: axes.map(({ name }) => name) },
      right(
        "size",
        axes.map(({ size }) => String(size)),
      ),
      { header: "divides", align: "left", cells: axes.map((_, axis) => dividedText(scenario, plan, axis)) },
    ]),
    ...textTable([
      { header: "collective", align: "left", cells: collectives.map(({ kind }) => kind) },
      { header: "of", align: "left", cells: collectives.map(({ purpose }) => purpose) },
      right(
        "count",
        collectives.map(({ count }) => String(count)),
      ),
      right(
        "MB sent",
        collectives.map(({ sentBytes }) => megabytesText(sentBytes)),
      ),
    ]),
  ].join("\n");
}

/** `12 batch, 3 head`, in the order of first ops. */
function dividedText({ graph }: Pick<Scenario, "graph">, { split }: ShardingPlan, axis: number): string {
  const counts = new Map<string, number>();
  split.forEach((own, v) => {
    const dimension = own?.findIndex((axes) => axes.includes(axis)) ?? -1;
    if (dimension === -1) return;
    const { kind } = iterationOf(graph, v)!.dimensions[dimension];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  });
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ") || "nothing";
}
