/**
 * Elements that look alike: equal times and bytes, and nets of equal times to elements that look
 * alike, up to a few nets away. This is the colour refinement of Weisfeiler and Leman (1968), ended
 * early. Networks repeat their layers, so what holds for an element is likely to hold for the
 * elements that look like it.
 */
import type { SplitProblem } from "../../problems/split/split-problem.ts";

/** Class of each element, numbered from 0. */
export function alikeElements(problem: SplitProblem, rounds: number): Int32Array {
  const { elements, types, timeUs, memoryBytes, nets } = problem;
  const { elementStart, ofElement, pinStart, pins, owner, transferUs } = nets;
  let looks = numbered(
    Array.from({ length: elements.count }, (_, v) => {
      const times = timeUs.subarray(v * types.length, (v + 1) * types.length);
      return [memoryBytes[v], ...times].join();
    }),
  );
  for (let round = 0; round < rounds; round++) {
    const ofNets = numbered(
      Array.from({ length: nets.count }, (_, h) => {
        const users = pins.subarray(pinStart[h], pinStart[h + 1]);
        return [transferUs[h], looks[owner[h]], ...users.map((v) => looks[v]).sort()].join();
      }),
    );
    looks = numbered(
      Array.from({ length: elements.count }, (_, v) => {
        const own = ofElement.subarray(elementStart[v], elementStart[v + 1]);
        const roles = Array.from(own, (h) => 2 * ofNets[h] + Number(owner[h] === v));
        return [looks[v], ...roles.sort((a, b) => a - b)].join();
      }),
    );
  }
  return looks;
}

function numbered(names: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}
