/**
 * Distributions of returns over fixed atoms, C51 (Bellemare, Dabney and Munos, "A Distributional
 * Perspective on Reinforcement Learning", ICML 2017): equally spaced values, and the projection of
 * a shifted and shrunk distribution back on them.
 */

/** At least two equally spaced values; returns outside are taken for the outermost ones. */
export interface ValueAtoms {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export const atomGap = ({ low, high, count }: ValueAtoms): number => (high - low) / (count - 1);

export const atomValues = (atoms: ValueAtoms): Float32Array =>
  Float32Array.from({ length: atoms.count }, (_, i) => atoms.low + i * atomGap(atoms));

/**
 * Of each row the distribution of reward + discount x value, on the atoms. `probabilities` has rows
 * of atoms. A row of discount 0 has all its mass at the reward.
 */
export function projected(
  atoms: ValueAtoms,
  probabilities: Float32Array,
  rewards: ArrayLike<number>,
  discounts: ArrayLike<number>,
): Float32Array {
  const { low, high, count } = atoms;
  const gap = atomGap(atoms);
  const result = new Float32Array(probabilities.length);
  for (let row = 0, start = 0; start < probabilities.length; row++, start += count)
    for (let i = 0; i < count; i++) {
      const value = rewards[row] + discounts[row] * (low + i * gap);
      const place = (Math.min(high, Math.max(low, value)) - low) / gap;
      const under = Math.min(Math.floor(place), count - 1);
      const over = place - under;
      const mass = probabilities[start + i];
      result[start + under] += mass * (1 - over);
      if (over > 0) result[start + under + 1] += mass * over;
    }
  return result;
}
