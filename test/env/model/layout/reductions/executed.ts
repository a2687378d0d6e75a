/**
 * The slow twin of reduction programs: runs one on whole numbers. A member sees what its group
 * holds and nothing else. It knows no contributors. So a program that adds a number twice leaves a
 * wrong sum, and one that loses it leaves a hole.
 */
import {
  groupsOf,
  memberCount,
  type ReductionProgram,
} from "../../../../../env/model/layout/reductions/steps.ts";

/** A number, or nothing. */
type Held = number | undefined;

/** `numbers`: what each member begins with; element e is in chunk e mod members. */
export function executed(
  levels: readonly number[],
  program: ReductionProgram,
  numbers: readonly (readonly number[])[],
): Held[][] {
  const chunks = memberCount(levels);
  let held: Held[][] = numbers.map((row) => [...row]);
  /** Chunk by chunk, as a chunk without elements is there too. */
  let has = numbers.map(() => new Array<boolean>(chunks).fill(true));
  for (const step of program) {
    const nextHeld = held.map((row) => [...row]);
    const nextHas = has.map((row) => [...row]);
    for (const group of groupsOf(levels, step)) {
      const own = has[group[0]].flatMap((isHeld, chunk) => (isHeld ? [chunk] : []));
      const any = has[0].map((_, chunk) => group.some((member) => has[member][chunk]));
      const sums = held[0].map((_, element) =>
        group.reduce<Held>((sum, member) => {
          const value = held[member][element];
          return value === undefined ? sum : (sum ?? 0) + value;
        }, undefined),
      );
      group.forEach((member, i) => {
        const part = own.slice((i * own.length) / group.length, ((i + 1) * own.length) / group.length);
        const keeps = (chunk: number): boolean => {
          if (step.collective === "reduce") return i === 0 && any[chunk];
          if (step.collective === "reduce-scatter") return part.includes(chunk);
          return step.collective === "broadcast" ? has[group[0]][chunk] : any[chunk];
        };
        nextHas[member] = any.map((_, chunk) => keeps(chunk));
        const given = step.collective === "broadcast" ? held[group[0]] : sums;
        nextHeld[member] = given.map((value, element) => (keeps(element % chunks) ? value : undefined));
      });
    }
    held = nextHeld;
    has = nextHas;
  }
  return held;
}
