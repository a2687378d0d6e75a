/**
 * Which types a layer may have, after those before it: a stage needs at least one unit of its type,
 * and each type must be able to run its layers. After every legal choice the plan can be completed.
 */
import { InputError } from "../../../model/errors.ts";
import type { ProvisioningProblem } from "./problem.ts";

export interface TypeChoices {
  /** 1 for each type that the next layer may have, after these types of the layers before it. */
  legal(before: ArrayLike<number>): Uint8Array;
  /** Whether these types of all layers are legal one after the other. */
  fits(typeOf: ArrayLike<number>): boolean;
  /**
   * Legal types for all layers. What is not legal becomes the type of the layer before it, where
   * that is legal, else the first legal type. Throws one sentence where no types fit.
   */
  nearest(typeOf: ArrayLike<number>): Int32Array;
}

/** A state of a plan: the layers that have types, the last of them, and the stages of each type. */
interface Prefix {
  readonly layers: number;
  readonly last: number;
  readonly stages: readonly number[];
}

export function typeChoices({ layers, types, computeTime, limit }: ProvisioningProblem): TypeChoices {
  const canRun = (layer: number, type: number) =>
    computeTime[layer * types + type] < Number.POSITIVE_INFINITY;
  /** Layers up to which a type can run all from a layer on, shape [layers x types]. */
  const runsUntil = new Int32Array((layers + 1) * types);
  for (let layer = layers - 1; layer >= 0; layer--)
    for (let type = 0; type < types; type++)
      if (canRun(layer, type))
        runsUntil[layer * types + type] =
          layer + 1 < layers && canRun(layer + 1, type) ? runsUntil[(layer + 1) * types + type] : layer + 1;

  /** The plan with one layer more; null where the type has no unit left or cannot run it. */
  function extended({ layers: layer, last, stages }: Prefix, type: number): Prefix | null {
    if (!canRun(layer, type)) return null;
    if (type === last) return { layers: layer + 1, last, stages };
    if (stages[type] >= limit[type]) return null;
    return { layers: layer + 1, last: type, stages: stages.map((count, t) => count + Number(t === type)) };
  }

  const known = new Map<string, boolean>();
  function canEnd(prefix: Prefix): boolean {
    const { layers: layer, last, stages } = prefix;
    if (layer === layers || (last !== -1 && runsUntil[layer * types + last] === layers)) return true;
    const key = `${layer} ${last} ${stages.join(" ")}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = Array.from({ length: types }, (_, type) => extended(prefix, type)).some(
      (longer) => longer !== null && canEnd(longer),
    );
    known.set(key, answer);
    return answer;
  }

  const start: Prefix = { layers: 0, last: -1, stages: Array.from({ length: types }, () => 0) };
  const mayFollow = (prefix: Prefix, type: number): Prefix | null => {
    const longer = extended(prefix, type);
    return longer !== null && canEnd(longer) ? longer : null;
  };
  const legalAfter = (prefix: Prefix) =>
    Uint8Array.from({ length: types }, (_, type) => Number(mayFollow(prefix, type) !== null));

  return {
    legal(before) {
      let prefix: Prefix | null = start;
      for (let layer = 0; layer < before.length && prefix !== null; layer++)
        prefix = extended(prefix, before[layer]);
      return prefix === null || prefix.layers === layers ? new Uint8Array(types) : legalAfter(prefix);
    },
    fits(typeOf) {
      let prefix: Prefix | null = start;
      for (let layer = 0; layer < layers && prefix !== null; layer++)
        prefix = extended(prefix, typeOf[layer]);
      return prefix !== null;
    },
    nearest(typeOf) {
      const found = new Int32Array(layers);
      if (!canEnd(start))
        throw new InputError("No types fit the layers: some type has fewer units than it needs stages.");
      let prefix = start;
      for (let layer = 0; layer < layers; layer++) {
        const wishes = [typeOf[layer], prefix.last, legalAfter(prefix).indexOf(1)];
        const type = wishes.find((wish) => wish >= 0 && mayFollow(prefix, wish) !== null)!;
        prefix = mayFollow(prefix, type)!;
        found[layer] = type;
      }
      return found;
    },
  };
}
