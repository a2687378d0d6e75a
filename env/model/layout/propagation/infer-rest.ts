/**
 * `InferRest` of AutoMap: decides at ops where propagation is stuck. Along each mesh axis an op
 * takes the dimension that leaves the fewest bytes to gather, or stays whole. What is undecided
 * then stays whole. Ops come in program order, and each choice spreads before the next one is made.
 */

import type { ShardingPlan } from "../../plan/sharding.ts";
import type { Mesh } from "../mesh.ts";
import {
  CONFLICT,
  emptyWorklist,
  noteChange,
  propagateToConflicts,
  wishesOf,
  wishOf,
} from "./by-conflict.ts";
import type { Divisions } from "./divisions.ts";
import type { Wire } from "./rules.ts";

export interface OpAxis {
  readonly op: number;
  readonly axis: number;
}

/** Ops and mesh axes where neighbours want different things, in program order. */
export function stuckOps(divisions: Divisions): OpAxis[] {
  const stuck: OpAxis[] = [];
  for (const op of divisions.rules.ops)
    for (let axis = 0; axis < divisions.sizes.length; axis++)
      if (divisions.isOpen(op, axis) && wishOf(divisions, op, axis) === CONFLICT) stuck.push({ op, axis });
  return stuck;
}

/** The plan of these divisions, with what is stuck decided; they stay as they are. */
export function completedPlan(
  divisions: Divisions,
  { mesh, rest }: { readonly mesh: Mesh; readonly rest: Partial<ShardingPlan> },
): ShardingPlan {
  const completed = divisions.copy();
  inferRest(completed);
  return {
    kind: "sharding",
    mesh: structuredClone(mesh),
    split: completed.splits(),
    ...structuredClone(rest),
  };
}

/** Answers where it has decided that an op stays whole. */
export function inferRest(divisions: Divisions): OpAxis[] {
  const whole: OpAxis[] = [];
  const changed = emptyWorklist(divisions);
  // What a choice spreads to may be stuck in turn. Each round decides all that it begins with.
  for (let stuck = stuckOps(divisions); stuck.length > 0; stuck = stuckOps(divisions))
    for (const { op, axis } of stuck) {
      if (!divisions.isOpen(op, axis)) continue;
      const dimension = cheapestChoice(divisions, op, axis);
      if (dimension === -1) {
        divisions.keep(op, axis);
        whole.push({ op, axis });
        continue;
      }
      divisions.divide(dimension, axis);
      noteChange(divisions, changed, op, axis);
      propagateToConflicts(divisions, changed);
    }
  return whole;
}

/** The wish with the fewest bytes, the first of equal ones; -1 where the whole op has fewer. */
function cheapestChoice(divisions: Divisions, op: number, axis: number): number {
  const wishes = [...new Set(wishesOf(divisions, op, axis))]
    .filter((wish) => wish !== CONFLICT && divisions.mayDivide(wish, axis))
    .sort((a, b) => a - b);
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const choice of [...wishes, -1]) {
    const bytes = bytesAround(divisions, { op, axis }, choice);
    if (bytes < least) [best, least] = [choice, bytes];
  }
  return best;
}

/**
 * Bytes that are moved around an op under a choice. A tensor in other parts than needed is
 * gathered. A partial sum counts twice, since an all-reduce sends it twice. Other mesh axes are
 * left out of account.
 */
function bytesAround(divisions: Divisions, { op, axis }: OpAxis, choice: number): number {
  const { rules } = divisions;
  const others = (wire: Wire, neighbour: number) => {
    const divided = divisions.dimensionBy(neighbour, axis);
    if (divided === -1) return null;
    const isProducer = neighbour === wire.producer;
    return wire.pairs.find(({ from, to }) => (isProducer ? from : to) === divided) ?? null;
  };
  let bytes = 0;
  for (const wire of rules.inputs[op]) {
    const pair = others(wire, wire.producer);
    if (pair !== null && (choice === -1 || pair.to !== choice)) bytes += wire.bytes;
  }
  if (choice === -1) return bytes;
  for (const wire of rules.outputs[op]) {
    const pair = others(wire, wire.consumer);
    const isInParts = wire.pairs.some(({ from }) => from === choice);
    if (!isInParts) bytes += 2 * wire.bytes;
    else if (pair === null || pair.from !== choice) bytes += pair === null ? 0 : wire.bytes;
  }
  return bytes;
}
