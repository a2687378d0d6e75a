/**
 * One solve of Pesto's whole integer program (program.ts), from a first solution. Every solution is
 * timed by decode.ts. The result holds the proven bound, and whether it holds for all plans.
 */
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { type MipLimits, type MipResult, STOPPED, solveMip } from "../../solver/highs.ts";
import { decode, type ExactSchedule } from "./decode.ts";
import { isMerged, type PestoProblem } from "./problem.ts";
import { type PestoProgram, pestoProgram } from "./program.ts";

/** How a solve ended. */
export interface Solved extends MipResult {
  /** No solution of the program has a smaller makespan. */
  readonly provenUs: number;
  /** No plan has one either. */
  readonly holdsForAll: boolean;
}

/**
 * The error that the solver's tolerances may cause in a bound, as a share. The terms that lift a
 * condition are a thousand times a unit.
 */
export const ROUNDING = 1e-6;

export interface WholeProgram {
  readonly first: ExactSchedule | null;
  readonly program: PestoProgram;
}

/** Coefficients of the two rows of a pair whose order is a choice. */
const COEFFICIENTS_OF_PAIR = 12;

/** About how many pairs of tasks, and of transfers to one device, have an order to choose. */
function pairsToOrder({ tasks, reaches, tensors, compiled, queues }: PestoProblem): number {
  const ordered = reaches.reduce((sum, path) => sum + path, 0);
  const pairsOf = (count: number) => (count * (count - 1)) / 2;
  const leaving = tensors.filter(({ producer, consumers }) =>
    consumers.some((task) => tasks.unitOf[task] !== tasks.unitOf[producer]),
  );
  return pairsOf(tasks.count) - ordered + (queues ? compiled.deviceCount * pairsOf(leaving.length) : 0);
}

/** `upperUs`: no solution above it counts. Null where the program is larger than `size`. */
export function wholeProgram(
  problem: PestoProblem,
  first: ExactSchedule | null,
  { upperUs, lowerUs, size }: { readonly upperUs: number; readonly lowerUs: number; readonly size: number },
): WholeProgram | null {
  if (COEFFICIENTS_OF_PAIR * pairsToOrder(problem) > size) return null;
  const program = pestoProgram(problem, { upperUs, lowerUs: Math.min(lowerUs, upperUs) });
  return program.program.rowColumn.length <= size ? { first, program } : null;
}

/** Yields solutions, each shorter than all before and than the first one. */
export async function* solveWhole(
  problem: PestoProblem,
  { program, first }: WholeProgram,
  passes: PassCounter,
  { stopped, ...limits }: MipLimits & { readonly stopped: () => boolean },
): AsyncGenerator<ExactSchedule, Solved> {
  const start = first === null ? undefined : program.startOf(first.unitDevice, first.startsUs);
  const solver = solveMip(program.program, { start, limits, stopped });
  let shortestUs = first?.makespanUs ?? Number.POSITIVE_INFINITY;
  try {
    for (;;) {
      const { done, value } = await solver.next();
      if (done === true) {
        const provenUs = Math.max(0, value.bound * program.unitUs * (1 - ROUNDING));
        return { ...value, provenUs, holdsForAll: holdsForAll(problem) };
      }
      const schedule = decode(problem, keysOf(program, value.columns), passes);
      if (schedule.makespanUs >= shortestUs) continue;
      shortestUs = schedule.makespanUs;
      yield schedule;
    }
  } finally {
    await solver.return(STOPPED);
  }
}

/** Devices and times of a solution. */
export const keysOf = (program: PestoProgram, columns: Float64Array) => ({
  unitDevice: program.unitDevices(columns),
  startsUs: program.startsUs(columns),
  hopStartUs: program.hopStartUs(columns),
});

/**
 * If no ops are merged, every plan is a solution of the program. Free multicast is an exception: it
 * serves consumers over routes that the program does not have.
 */
const holdsForAll = (problem: PestoProblem): boolean =>
  !isMerged(problem) && problem.compiled.fidelity.multicast !== "free";
