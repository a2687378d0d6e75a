/**
 * What is read from the memory of hosts (docs/sharding.md, "Offloading"). Activations wait there
 * for the backward pass. Gradients go there for updates.
 *
 * An activation is stored as recomputation would keep it, once, as soon as a rank has it. The first
 * op of the backward pass that reads it fetches it. Steps begin from what was fetched.
 */
import { type OpGraph, Role } from "../../../../model/graph/graph.ts";
import type { ShardingPlan } from "../../../../model/plan/sharding.ts";
import type { Tensors } from "../tensors.ts";
import { outputKey, type Recomputing } from "./again.ts";

export interface Reading {
  readonly graph: OpGraph;
  readonly plan: ShardingPlan;
  readonly tensors: Tensors;
  readonly recomputing: Recomputing;
}

/** The tensor of an edge as an op reads it; `again` in its second run. */
export function readKey(
  { graph, plan, tensors, recomputing }: Reading,
  v: number,
  edge: number,
  again: boolean,
): string {
  const source = graph.edgeSource[edge];
  const plain = outputKey(source, graph.edgeOutput[edge]);
  const isLater = again || graph.role[v] !== Role.forward;
  const isAway = plan.offload?.activations?.[source] === 1 && tensors.alone(plain) === -1;
  if (!isLater || !isAway) return recomputing.keyOf(v, edge, again);
  const key = `${plain} fetched`;
  if (!tensors.has(key)) {
    const stored = tensors.copy("store", tensors.keptNumber(plain), `${plain} on hosts`, "data");
    tensors.copy("fetch", stored, key, "data");
  }
  return key;
}

/** What an update on the hosts reads, stored once. */
export function storedForUpdate(tensors: Tensors, key: string, value: number): number {
  const stored = `${key} on hosts as ${value}`;
  return tensors.has(stored) ? tensors.numberOf(stored) : tensors.copy("store", value, stored, "gradient");
}
