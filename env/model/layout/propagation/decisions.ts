/**
 * `Decision`: what a user, an agent or a planner says of one op: a mesh axis divides one of its
 * dimensions, or none. A weight or an input is divided along an axis by a decision on the dimension
 * that the axis runs along. Several mesh axes of one dimension are several decisions, the major one
 * first.
 */
import { InputError } from "../../errors.ts";
import { WHOLE } from "../../graph/iteration.ts";
import type { MeshSizes } from "../mesh.ts";
import type { Divisions } from "./divisions.ts";
import type { PropagationRules } from "./rules.ts";

export interface Decision {
  readonly op: number;
  /** Number of the dimension among those of the op, or `WHOLE`: the axis divides none. */
  readonly dimension: number;
  /** Mesh axis. */
  readonly axis: number;
}

/** Throws one sentence on a decision that cannot be taken. */
export function decide(divisions: Divisions, decision: Decision): void {
  const { rules, sizes } = divisions;
  checkDecision(rules, sizes, decision);
  const { op, dimension, axis } = decision;
  const name = rules.graph.names[op];
  if (!divisions.isOpen(op, axis))
    throw new InputError(`Op "${name}" has a decision on mesh axis ${axis} already; one is the most.`);
  if (dimension === WHOLE) {
    divisions.keep(op, axis);
    return;
  }
  const number = rules.dimensionStart[op] + dimension;
  if (!divisions.mayDivide(number, axis)) {
    const { name: along, size } = rules.graph.iterations![op]!.dimensions[dimension];
    throw new InputError(
      `Op "${name}" cannot be divided along "${along}" of ${size} into ${divisions.partsOf(number) * sizes[axis]} parts.`,
    );
  }
  divisions.divide(number, axis);
}

function checkDecision({ graph, dimensionStart }: PropagationRules, sizes: MeshSizes, given: Decision): void {
  const { op, dimension, axis } = given;
  if (!Number.isInteger(op) || op < 0 || op >= graph.opCount)
    throw new InputError(`A decision names op ${op}, expected 0..${graph.opCount - 1}.`);
  const count = dimensionStart[op + 1] - dimensionStart[op];
  if (count === 0)
    throw new InputError(
      `A decision is on op "${graph.names[op]}", which has no dimensions of its own; take a forward op that has.`,
    );
  if (!Number.isInteger(dimension) || dimension < WHOLE || dimension >= count)
    throw new InputError(
      `A decision on op "${graph.names[op]}" names dimension ${dimension}, expected ${WHOLE}..${count - 1}.`,
    );
  if (!Number.isInteger(axis) || axis < 0 || axis >= sizes.length)
    throw new InputError(
      `A decision on op "${graph.names[op]}" names mesh axis ${axis}, expected 0..${sizes.length - 1}.`,
    );
}
