/**
 * Embedding tables of a graph, and the ways in which a sharding can have one. It is whole on one
 * rank, by rows, by columns, or copied to all ranks (Mudigere et al., "Neo", ISCA 2022).
 */
import { type OpGraph, Role } from "../graph/graph.ts";
import type { ShardingPlan } from "../plan/sharding.ts";
import { iterationOf } from "../plan/sharding.ts";
import type { OpSplit } from "./natural.ts";

const LOOKUP = "Embedding";

export interface EmbeddingTable {
  readonly op: number;
  readonly rows: number;
  readonly columns: number;
  /** Of the weights. */
  readonly bytes: number;
  /** Of the vectors that a step looks up. */
  readonly lookedBytes: number;
  /** Dimensions of the lookup that go over the rows and the columns of the table. */
  readonly rowDimension: number;
  readonly columnDimension: number;
}

/** Tables of lookups that say what they iterate over; the most bytes first, then by number. */
export function embeddingTables(graph: OpGraph): EmbeddingTable[] {
  const found: EmbeddingTable[] = [];
  for (let op = 0; op < graph.opCount; op++) {
    if (graph.types[op] !== LOOKUP || graph.role[op] !== Role.forward || graph.parameterBytes[op] === 0)
      continue;
    const table = iterationOf(graph, op)?.parameters[0];
    if (table === undefined || table.shape.length !== 2 || table.along.some((of) => of < 0)) continue;
    found.push({
      op,
      rows: table.shape[0],
      columns: table.shape[1],
      bytes: graph.parameterBytes[op],
      lookedBytes: graph.outputBytes[graph.outputStart[op]],
      rowDimension: table.along[0],
      columnDimension: table.along[1],
    });
  }
  return found.sort((a, b) => b.bytes - a.bytes || a.op - b.op);
}

/** A rank that has the table whole, or a way to divide it over all ranks. */
export type TableScheme = number | "rows" | "columns" | "copied";

/** The plan with these tables so; others are as they were. Pre: a mesh of one axis. */
export function withTables(
  graph: OpGraph,
  plan: ShardingPlan,
  schemes: readonly { readonly table: EmbeddingTable; readonly scheme: TableScheme }[],
): ShardingPlan {
  const split: (OpSplit | null)[] = [...plan.split];
  const owners = [...(plan.owners ?? [])];
  for (const { table, scheme } of schemes) {
    const { op, rowDimension, columnDimension } = table;
    if (scheme === "copied") continue;
    if (typeof scheme === "number") {
      split[op] = null;
      owners.push({ op, rank: scheme });
      continue;
    }
    const divided = scheme === "rows" ? rowDimension : columnDimension;
    split[op] = iterationOf(graph, op)!.dimensions.map((_, dimension) => (dimension === divided ? [0] : []));
  }
  return { ...plan, split, owners };
}
