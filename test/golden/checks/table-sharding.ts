/** table-sharding: the smallest largest cost, of all schemes and of whole tables alone. */
import { bestTableShards, type TableProblem } from "../../../agents/exact/sharding/balance/table-shards.ts";
import type { GoldenCheck } from "./contract.ts";

interface Row {
  readonly gpus: number;
  readonly memory: number;
  readonly tables: readonly (readonly {
    readonly scheme: string;
    /** Cost and memory of each. */
    readonly shards: readonly (readonly [number, number])[];
  }[])[];
  readonly optimum: number | null;
  readonly tableWiseOnly: number | null;
}

const problemOf = ({ gpus, memory, tables }: Row, schemes: (name: string) => boolean): TableProblem => ({
  devices: gpus,
  limit: memory,
  tables: tables.map((offered) =>
    offered
      .filter(({ scheme }) => schemes(scheme))
      .map(({ scheme, shards }) => ({
        name: scheme,
        shards: shards.map(([cost, bytes]) => ({ cost, bytes })),
      })),
  ),
});

export const tableSharding: GoldenCheck = {
  name: "table-sharding",
  tolerance: 0,
  *compare(content) {
    for (const [number, golden] of (content as { rows: readonly Row[] }).rows.entries()) {
      const row = `row ${number}`;
      const all = bestTableShards(problemOf(golden, () => true));
      yield { row, expected: golden.optimum ?? -1, found: all?.largest ?? -1 };
      const whole = bestTableShards(problemOf(golden, (name) => name === "TW"));
      yield { row, expected: golden.tableWiseOnly ?? -1, found: whole?.largest ?? -1 };
    }
  },
};
