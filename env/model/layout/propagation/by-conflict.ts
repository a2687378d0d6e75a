/**
 * Propagation that stops at conflicts, after PartIR (Schaarschmidt et al., arXiv 2112.02958; rules
 * as reconstructed in the shared sheet on AutoMap). An op takes over a division along a mesh axis
 * where all its neighbours agree on the dimension. Where they do not, the op is *stuck*,
 * and nothing spreads through it along this axis. So it is where a tensor that it needs whole
 * arrives in parts.
 *
 * Each mesh axis is set once for each op, so it ends. The worklist is of ops whose neighbours
 * changed, in program order, forward before backward.
 */
import type { Divisions } from "./divisions.ts";

/** Ops to look at, as bits of mesh axes. */
export type Worklist = Int32Array;

export const emptyWorklist = ({ rules }: Divisions): Worklist => new Int32Array(rules.graph.opCount);

/** An op has a new division along the axis: its neighbours are to be looked at. */
export function noteChange({ rules }: Divisions, changed: Worklist, op: number, axis: number): void {
  for (const { producer } of rules.inputs[op]) changed[producer] |= 1 << axis;
  for (const { consumer } of rules.outputs[op]) changed[consumer] |= 1 << axis;
}

/** Spreads divisions until nothing changes; leaves the worklist empty. Answers ops looked at. */
export function propagateToConflicts(divisions: Divisions, changed: Worklist): number {
  const { ops } = divisions.rules;
  let looks = 0;
  for (;;) {
    const before = looks;
    for (let i = 0; i < ops.length; i++) looks += lookAt(divisions, changed, ops[i]);
    for (let i = ops.length - 1; i >= 0; i--) looks += lookAt(divisions, changed, ops[i]);
    if (looks === before) return looks;
  }
}

function lookAt(divisions: Divisions, changed: Worklist, op: number): number {
  const bits = changed[op];
  if (bits === 0) return 0;
  changed[op] = 0;
  for (let axis = 0; axis < divisions.sizes.length; axis++) {
    if ((bits & (1 << axis)) === 0 || !divisions.isOpen(op, axis)) continue;
    const wish = wishOf(divisions, op, axis);
    if (wish < 0 || !divisions.mayDivide(wish, axis)) continue;
    divisions.divide(wish, axis);
    noteChange(divisions, changed, op, axis);
  }
  return 1;
}

/** No neighbour has a wish. */
const NO_WISH = -1;
/** Neighbours have different wishes, or one that the op cannot meet. */
export const CONFLICT = -2;

/** The dimension that all neighbours want to be divided by the axis. */
export function wishOf(divisions: Divisions, op: number, axis: number): number {
  let wish = NO_WISH;
  for (const each of wishesOf(divisions, op, axis)) {
    if (each === CONFLICT || (wish !== NO_WISH && wish !== each)) return CONFLICT;
    wish = each;
  }
  return wish;
}

/** Of one neighbour after the other, inputs first; those without a wish are left out. */
export function* wishesOf(divisions: Divisions, op: number, axis: number): Generator<number> {
  const { rules, sizes } = divisions;
  for (const { producer, pairs } of rules.inputs[op]) {
    const divided = divisions.dimensionBy(producer, axis);
    if (divided === -1) continue;
    for (const { from, to, parts } of pairs)
      if (from === divided) yield to !== -1 && isEven(divisions, to, parts, sizes[axis]) ? to : CONFLICT;
  }
  for (const { consumer, pairs } of rules.outputs[op]) {
    const divided = divisions.dimensionBy(consumer, axis);
    if (divided === -1) continue;
    // A user slices for free what is whole along its dimension.
    for (const { from, to, parts } of pairs)
      if (to === divided && from !== -1 && isEven(divisions, from, parts, sizes[axis])) yield from;
  }
}

const isEven = (divisions: Divisions, dimension: number, limit: number, size: number): boolean =>
  limit === 0 || limit % (divisions.partsOf(dimension) * size) === 0;
