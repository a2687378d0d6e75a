/**
 * Bounds of scenarios that this process has met before. They depend on the scenario alone, and on
 * some they take longer than a run of a quick method. The seeds and methods of an evaluation share
 * them.
 */
import { bestOf, covering } from "../../env/sim/bounds/best.ts";
import type { Bound, Evaluator } from "../../env/sim/evaluator/contract.ts";

const known = new Map<string, readonly Bound[]>();
/** Then the oldest is forgotten. */
const MOST_KNOWN = 100;

/** The same evaluator. `hash` is that of the content of its scenario. */
export function withKnownBounds(inner: Evaluator, hash: string): Evaluator {
  const bounds = (): readonly Bound[] => {
    const found = known.get(hash) ?? inner.bounds();
    known.set(hash, found);
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
    return found;
  };
  const bound = (kinds = inner.accepts) => bestOf(covering(bounds(), kinds));
  return Object.create(inner, { bounds: { value: bounds }, bound: { value: bound } });
}
