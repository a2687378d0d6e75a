/**
 * The two smallest groups of equal support, again and again while groups merge. Groups of one
 * support are kept in order of work, then number. So a pair costs a search by halves, where sorting
 * all groups for each pair would be quadratic. Twin: `smallestPairOf` in the tests.
 */
import type { Quotient } from "./quotient.ts";

export interface SmallestPairs {
  /** The smaller group first; null where no two groups have equal support. */
  find(): readonly [number, number] | null;
  /** The group `gone` has been merged into `grown`. */
  changed(gone: number, grown: number): void;
}

export function createSmallestPairs(quotient: Quotient): SmallestPairs {
  /** Groups of one support each, in order. */
  const classes: number[][] = [];
  const classOf = new Map<number, number[]>();
  /** Work of each group when it was put in order. */
  const workOf = new Map<number, number>();
  const comesBefore = (a: number, b: number): boolean => {
    const difference = (workOf.get(a) ?? 0) - (workOf.get(b) ?? 0);
    return difference < 0 || (difference === 0 && a < b);
  };
  const placeOf = (group: number, list: readonly number[]): number => {
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comesBefore(list[middle], group)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  for (const group of quotient.alive()) {
    workOf.set(group, quotient.work[group]);
    const known = classes.find(([first]) => quotient.sameSupport(first, group));
    const list = known ?? [];
    if (known === undefined) classes.push(list);
    list.push(group);
    classOf.set(group, list);
  }
  for (const list of classes) list.sort((a, b) => (comesBefore(a, b) ? -1 : 1));

  return {
    find() {
      let best: readonly number[] | null = null;
      for (const list of classes)
        if (list.length > 1 && (best === null || comesBefore(list[0], best[0]))) best = list;
      return best === null ? null : [best[0], best[1]];
    },
    changed(gone, grown) {
      for (const group of [gone, grown]) {
        const list = classOf.get(group) ?? [];
        list.splice(placeOf(group, list), 1);
      }
      classOf.delete(gone);
      workOf.set(grown, quotient.work[grown]);
      const list = classOf.get(grown) ?? [];
      list.splice(placeOf(grown, list), 0, grown);
    },
  };
}
