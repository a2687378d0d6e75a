/**
 * Tables on ranks as text: a row for each rank with its whole tables and what it holds, and one for
 * each way to divide. Drawing simulates the plan once, outside of any budget.
 */
import type { Scenario } from "../../model/scenario.ts";
import { shardingSummary } from "../../sim/timeline/sharding-summary.ts";
import { megabytesText, numberText, textTable } from "../text-table.ts";
import type { TablesState } from "./tables-state.ts";

export function renderTables(scenario: Scenario, state: TablesState, title: string): string {
  const { iterationUs } = shardingSummary(scenario, state.plan());
  const { bytes, looked } = state.loads();
  const { tables, base } = state.world;
  const namesOf = (action: number): string =>
    state.decisions
      .flatMap((chosen, table) => (chosen === action ? [scenario.graph.names[tables[table].op]] : []))
      .join(", ");
  const right = (header: string, cells: readonly string[]) => ({ header, align: "right" as const, cells });
  const ranks = base.mesh.devices.map((device) => scenario.cluster.devices[device].name);
  const ways = Array.from({ length: state.actionCount - ranks.length }, (_, i) =>
    String(state.schemeOf(ranks.length + i)),
  );
  const blank = ways.map(() => "");
  return [
    `${title}: a batch takes ${numberText(iterationUs)} us`,
    ...textTable([
      { header: "where", align: "left", cells: [...ranks, ...ways] },
      right("MB of tables", [...Array.from(bytes, megabytesText), ...blank]),
      right("MB looked up", [...Array.from(looked, megabytesText), ...blank]),
      {
        header: "tables",
        align: "left",
        cells: Array.from({ length: state.actionCount }, (_, action) => namesOf(action)),
      },
    ]),
  ].join("\n");
}
