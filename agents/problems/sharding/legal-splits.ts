/**
 * The splits of an op that planners offer: each mesh axis divides one dimension or none, and all
 * parts are equal. Parts that are rounded up are valid plans too, but no paper here offers them.
 */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { OpIteration } from "../../../env/model/graph/iteration.ts";
import { hasEqualParts } from "../../../env/model/layout/equal-parts.ts";
import { countAlong, type MeshSizes } from "../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../env/model/layout/natural.ts";
import { iterationOf } from "../../../env/model/plan/sharding.ts";
import { holdsWithFollowers } from "./followers.ts";

/** For each mesh axis the dimension that it divides, or `NONE`. */
export type AxisChoice = ArrayLike<number>;
export const NONE = -1;

/** Mesh axes on one dimension are in ascending order, the outer one first. */
export function splitOfChoice({ dimensions }: Pick<OpIteration, "dimensions">, choice: AxisChoice): OpSplit {
  const split = dimensions.map((): number[] => []);
  for (let axis = 0; axis < choice.length; axis++) if (choice[axis] !== NONE) split[choice[axis]].push(axis);
  return split;
}

/** Whether parts of each dimension are equal, in the op and in those that follow it. */
export interface SplitRules {
  /** Backward and update ops of each op, by their forward twin. */
  readonly followers: readonly (readonly number[])[];
  isLegal(v: number, split: OpSplit): boolean;
}

export interface RuleOptions {
  /** Whether height and width may be divided where parts need rows of their neighbours. */
  readonly halos?: boolean;
}

export function splitRules(graph: OpGraph, sizes: MeshSizes, options: RuleOptions = {}): SplitRules {
  const followers = followersOf(graph);
  return {
    followers,
    isLegal: (v, split) =>
      holdsWithFollowers(graph, v, followers[v], split, (iteration, own) =>
        hasEqualParts(
          iteration,
          own.map((axes) => countAlong(axes, sizes)),
          options,
        ),
      ),
  };
}

export function followersOf({ opCount, role, twin }: OpGraph): number[][] {
  const followers = Array.from({ length: opCount }, (): number[] => []);
  for (let v = 0; v < opCount; v++)
    if (role[v] !== Role.forward && twin[v] !== -1) followers[twin[v]].push(v);
  return followers;
}

/** All legal choices of an op, the undivided one first, then by the first axis and so on. */
export function legalChoices(graph: OpGraph, sizes: MeshSizes, rules: SplitRules, v: number): Int8Array[] {
  const iteration = iterationOf(graph, v);
  if (iteration === null) return [];
  const choice = new Int8Array(sizes.length).fill(NONE);
  const found: Int8Array[] = [];
  // Parts only get smaller, so what is not even stays so.
  const extend = (axis: number): void => {
    if (axis === sizes.length) {
      found.push(choice.slice());
      return;
    }
    for (let d = NONE; d < iteration.dimensions.length; d++) {
      choice[axis] = d;
      if (d === NONE || rules.isLegal(v, splitOfChoice(iteration, choice))) extend(axis + 1);
    }
    choice[axis] = NONE;
  };
  extend(0);
  return found;
}
