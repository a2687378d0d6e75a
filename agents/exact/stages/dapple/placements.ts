/**
 * DAPPLE's three policies of placing a stage (Fan et al., PPoPP 2021), on machines of
 * devices that are alike. What is in use is the number of devices of each machine that are.
 *
 *   fresh    unused machines first: a stage stays inside a machine
 *   append   used machines first: no device is left over
 *   scatter  equally from all used machines, or from all where none is used
 *
 * Where the preferred machines have too few devices, the others follow in their order.
 */

export const policies = ["fresh", "append", "scatter"] as const;
export type Policy = (typeof policies)[number];

/** @returns devices taken from each machine; pre: enough are free */
export function placeStage(
  policy: Policy,
  sizes: readonly number[],
  used: readonly number[],
  need: number,
): number[] {
  const machines = [...sizes.keys()];
  const isFresh = (i: number) => used[i] === 0;
  const isPreferred = policy === "fresh" || used.every((count) => count === 0) ? isFresh : not(isFresh);
  const groups = [machines.filter(isPreferred), machines.filter(not(isPreferred))];
  const taken = sizes.map(() => 0);
  let left = need;
  for (const group of groups)
    left =
      policy === "scatter" ? scatter(group, sizes, used, taken, left) : fill(group, sizes, used, taken, left);
  return taken;
}

const not = (test: (i: number) => boolean) => (i: number) => !test(i);

function fill(
  machines: readonly number[],
  sizes: readonly number[],
  used: readonly number[],
  taken: number[],
  need: number,
): number {
  let left = need;
  for (const i of machines) {
    taken[i] = Math.min(left, sizes[i] - used[i]);
    left -= taken[i];
  }
  return left;
}

function scatter(
  machines: readonly number[],
  sizes: readonly number[],
  used: readonly number[],
  taken: number[],
  need: number,
): number {
  let left = need;
  for (let gain = 1; left > 0 && gain > 0; ) {
    gain = 0;
    for (const i of machines) {
      if (left === 0 || used[i] + taken[i] === sizes[i]) continue;
      taken[i]++;
      left--;
      gain++;
    }
  }
  return left;
}
