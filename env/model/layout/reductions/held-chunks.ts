/**
 * How many chunks each member of a reduction holds, of as many as there are members. It is all that
 * times and bytes need of a legal program; contexts.ts has which chunks, and of whom.
 */
import { groupsOf, memberCount, type ReductionCollective, type ReductionStep } from "./steps.ts";

type Rule = (held: readonly number[]) => readonly number[];

const sum = (held: readonly number[]): number => held.reduce((total, count) => total + count, 0);

/** Of the members of a group, before and after. */
const rules: Readonly<Record<ReductionCollective, Rule>> = {
  "all-reduce": (held) => held,
  "reduce-scatter": (held) => held.map((count) => count / held.length),
  "all-gather": (held) => held.map(() => sum(held)),
  reduce: (held) => held.map((count, i) => (i === 0 ? count : 0)),
  broadcast: (held) => held.map(() => held[0]),
};

export const heldAtFirst = (levels: readonly number[]): number[] =>
  new Array<number>(memberCount(levels)).fill(memberCount(levels));

/** Pre: the step is legal there. */
export function heldAfter(levels: readonly number[], held: readonly number[], step: ReductionStep): number[] {
  const after = [...held];
  for (const group of groupsOf(levels, step)) {
    const own = rules[step.collective](group.map((member) => held[member]));
    group.forEach((member, i) => {
      after[member] = own[i];
    });
  }
  return after;
}
