/** Random decisions that can all be taken, for laws. */
import fc from "fast-check";
import { type Decision, decide } from "../../../../../env/model/layout/propagation/decisions.ts";
import { Divisions } from "../../../../../env/model/layout/propagation/divisions.ts";
import type { PropagationRules } from "../../../../../env/model/layout/propagation/rules.ts";

/** Up to four; those that a policy would refuse are left out. */
export function decisionsOn(
  rules: PropagationRules,
  sizes: readonly number[],
  isEven: boolean,
): fc.Arbitrary<Decision[]> {
  const one = fc
    .record({ op: fc.constantFrom(...rules.ops), axis: fc.nat({ max: sizes.length - 1 }), at: fc.nat() })
    .map(({ op, axis, at }): Decision => {
      const count = rules.dimensionStart[op + 1] - rules.dimensionStart[op];
      return { op, axis, dimension: (at % (count + 1)) - 1 };
    });
  return fc.array(one, { maxLength: 4 }).map((wishes) => {
    const divisions = new Divisions(rules, sizes, isEven);
    return wishes.filter((decision) => {
      try {
        decide(divisions, decision);
        return true;
      } catch {
        return false;
      }
    });
  });
}
