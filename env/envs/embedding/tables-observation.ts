/**
 * The default observation of `Embedding/Tables-v1`: a row for each table and one for each rank. All
 * numbers but those of full memories are in [0, 1]. The arrays belong to the caller.
 */
import type { ObservationPart } from "../../parts/observation-part.ts";
import { box } from "../../spaces/box.ts";
import { dict } from "../../spaces/dict.ts";
import { discrete } from "../../spaces/discrete.ts";
import { multiDiscrete } from "../../spaces/multi-discrete.ts";
import { namesSpace } from "../../spaces/names.ts";
import type { TablesState, TablesWorld } from "./tables-state.ts";

export interface TablesObservation {
  /** What is seen of each table, shape [tables x tableColumns.length], row by row. */
  readonly tables: Float32Array;
  readonly tableColumns: readonly string[];
  /** What is seen of each rank, shape [ranks x rankColumns.length], row by row. */
  readonly ranks: Float32Array;
  readonly rankColumns: readonly string[];
  /** The table of the next action, -1 where there is none. */
  readonly current: number;
  /** Action of each table, -1 where there was none yet. */
  readonly chosen: Int32Array;
}

/** Over the largest of all tables; `isCurrent` is 0 or 1. */
export const tableColumns = Object.freeze(["rows", "columns", "bytes", "lookedBytes", "isCurrent"] as const);
/** Of the room for tables, and of all that a step looks up. */
export const rankColumns = Object.freeze(["memory", "lookedBytes"] as const);

export function tablesObservation(world: TablesWorld): ObservationPart<TablesObservation, TablesState> {
  const { tables, room } = world;
  const actions = room.length + 3;
  const scaled = (["rows", "columns", "bytes", "lookedBytes"] as const).map((field) => {
    const most = tables.reduce((largest, table) => Math.max(largest, table[field]), 0);
    return tables.map((table) => (most === 0 ? 0 : table[field] / most));
  });
  const allLooked = tables.reduce((sum, { lookedBytes }) => sum + lookedBytes, 0);
  return {
    space: dict<TablesObservation>({
      tables: box({ shape: [tables.length, tableColumns.length], low: 0, high: 1 }),
      tableColumns: namesSpace(tableColumns),
      ranks: box({ shape: [room.length, rankColumns.length], low: 0, high: Number.POSITIVE_INFINITY }),
      rankColumns: namesSpace(rankColumns),
      current: discrete(tables.length + 1, { start: -1 }),
      chosen: multiDiscrete(new Int32Array(tables.length).fill(actions + 1), { start: -1 }),
    }),
    needsStartTimes: false,
    observe(state) {
      const { current, decisions } = state;
      const { bytes, looked } = state.loads();
      return {
        tables: Float32Array.from(
          tables.flatMap((_, table) => [...scaled.map((column) => column[table]), Number(table === current)]),
        ),
        tableColumns,
        ranks: Float32Array.from(
          room.flatMap((left, rank) => [share(bytes[rank], left), share(looked[rank], allLooked)]),
        ),
        rankColumns,
        current,
        chosen: Int32Array.from(tables, (_, table) => decisions[table] ?? -1),
      };
    },
  };
}

/** A memory without a limit is never full; one without room always is. */
const share = (part: number, whole: number): number => (part === 0 ? 0 : whole > 0 ? part / whole : 1);
