/**
 * An op without a rule is not free, and an unknown size is not 1. A graph without any work, or most
 * of whose work is unknown, is refused; with the option `allow-unknown=true` it comes in. What is
 * unknown goes into the scenario's `meta`, so that every table and page can repeat it. Of a graph
 * without any work that is every op.
 *
 * "Most" means more than half of the ops, or ops that make more than half of the bytes. Sources,
 * such as weights and inputs, have no work and do not count.
 */
import { InputError } from "../../env/model/errors.ts";
import { measuredOps, type OpGraph } from "../../env/model/graph/graph.ts";
import type { UnknownWork } from "../../env/model/graph/unknown-work.ts";
import { typesText } from "../../env/model/graph/unknown-work.ts";
import type { UnknownOps } from "./contract.ts";
import { count } from "./sentences.ts";

export const ALLOW_UNKNOWN = "allow-unknown";
const MOST = 0.5;

/**
 * Null where all is known. Throws `InputError` with the list of types where most is unknown and
 * `allowed` is false.
 */
export function checkUnknownWork(
  graph: OpGraph,
  unknown: UnknownOps | undefined,
  allowed: boolean,
): UnknownWork | null {
  const ops = [...new Set([...(unknown?.withoutRule ?? []), ...(unknown?.withoutSize ?? [])])];
  const working = Array.from({ length: graph.opCount }, (_, op) => op).filter(
    (op) => hasInputs(graph, op) || hasTime(graph, op),
  );
  const found = unknownAmong(graph, ops, working);
  const hint = unknown?.hint === undefined || unknown.withoutSize.length === 0 ? "" : ` ${unknown.hint}`;
  if (!allowed && ops.length > 0 && isMost(graph, ops, working))
    throw new InputError(
      `the work of ${count(found.ops, "op")} of ${found.outOf} is not known: ${typesText(found)}. ` +
        `Option ${ALLOW_UNKNOWN}=true takes the graph all the same, with 1 FLOP for each element that they make.${hint}`,
    );
  if (graph.opCount === 0 || !isWithoutWork(graph)) return ops.length === 0 ? null : found;
  if (!allowed)
    throw new InputError(
      `no op has work: ${count(graph.opCount, "op")}, 0 FLOP, no byte touched, no measured time. ` +
        `Option ${ALLOW_UNKNOWN}=true takes the graph all the same.`,
    );
  return unknownAmong(graph, working.length > 0 ? working : [...graph.names.keys()], working);
}

const unknownAmong = (graph: OpGraph, ops: readonly number[], working: readonly number[]): UnknownWork => ({
  ops: ops.length,
  outOf: Math.max(working.length, ops.length),
  types: typesOf(graph, ops),
});

const hasInputs = (graph: OpGraph, op: number): boolean => graph.inStart[op + 1] > graph.inStart[op];

const hasTime = ({ measuredUs }: OpGraph, op: number): boolean =>
  [...measuredUs.values()].some((times) => times[op] > 0);

function typesOf(graph: OpGraph, ops: readonly number[]): Record<string, number> {
  const types = new Map<string, number>();
  for (const op of ops) types.set(graph.types[op], (types.get(graph.types[op]) ?? 0) + 1);
  return Object.fromEntries([...types].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

/** Views and names of tensors, which do nothing, do not outnumber what is unknown. */
function isMost(graph: OpGraph, ops: readonly number[], working: readonly number[]): boolean {
  const unknown = new Set(ops);
  if (ops.length > MOST * working.filter((op) => unknown.has(op) || isBusy(graph, op)).length) return true;
  return bytesOf(graph, ops) > MOST * bytesOf(graph, working);
}

const isBusy = (graph: OpGraph, op: number): boolean =>
  graph.flops[op] > 0 || graph.bytesTouched[op] > 0 || hasTime(graph, op);

function bytesOf(graph: OpGraph, ops: readonly number[]): number {
  let total = 0;
  for (const op of ops)
    for (let port = graph.outputStart[op]; port < graph.outputStart[op + 1]; port++)
      total += graph.outputBytes[port];
  return total;
}

/** A measured time of 0 is a statement of the file, no time is none. */
function isWithoutWork(graph: OpGraph): boolean {
  const { flops, bytesTouched } = graph;
  return flops.every((v) => v === 0) && bytesTouched.every((v) => v === 0) && measuredOps(graph) === 0;
}
