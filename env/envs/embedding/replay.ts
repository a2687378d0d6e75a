/**
 * From a sharding plan of tables to the episode of `Embedding/Tables-v1` that makes it. The plan of
 * that episode costs the same.
 */
import { type TableScheme, withTables } from "../../model/layout/embedding-tables.ts";
import type { ShardingPlan } from "../../model/plan/sharding.ts";
import { shardingKind } from "../../model/plan/sharding-kind.ts";
import type { Scenario } from "../../model/scenario.ts";
import { tablesWorld } from "./tables.ts";
import { TablesState } from "./tables-state.ts";

/** The actions, or one sentence where there is no such episode. */
export function tablesReplay(scenario: Scenario, plan: ShardingPlan): readonly number[] | string {
  const world = tablesWorld(scenario);
  const state = new TablesState(world);
  const all: TableScheme[] = [...world.room.keys(), "rows", "columns", "copied"];
  for (const table of world.tables) {
    const scheme = all.find((each) => {
      const { split, owners } = withTables(scenario.graph, world.base, [{ table, scheme: each }]);
      const owner = plan.owners?.find(({ op }) => op === table.op)?.rank;
      return (
        owners!.find(({ op }) => op === table.op)?.rank === owner &&
        JSON.stringify(split[table.op]) === JSON.stringify(plan.split[table.op])
      );
    });
    const name = scenario.graph.names[table.op];
    if (scheme === undefined) return `The plan divides "${name}" in a way that no action does.`;
    const action = state.actionOf(scheme);
    if (state.legal()[action] !== 1) return `The plan puts "${name}" where it does not fit the memory.`;
    state.act(action);
  }
  const made = state.plan();
  const sorted = ({ owners = [], ...rest }: ShardingPlan): ShardingPlan => ({
    ...rest,
    owners: [...owners].sort((a, b) => a.op - b.op),
  });
  if (!shardingKind.equal(sorted(made), sorted(plan)))
    return "Beside its tables the plan is not the batch divided over all accelerators.";
  return world.tables.length === 0 ? [state.actionOf("copied")] : state.decisions;
}
