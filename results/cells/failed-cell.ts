/**
 * Cells whose method threw or died. Each becomes a row like any other, without a plan and with the
 * sentence as its failure, and the rest of a comparison goes on. The bounds of the scenario hold
 * for it as for every other row.
 */
import type { Method } from "../../agents/contract.ts";
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import { metered } from "../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import {
  type CellOutcome,
  CellRefused,
  type CellSpec,
  CellStopped,
  cellResult,
  type RunCell,
} from "./cell.ts";

const FAILED = "failed: ";

export const isFault = (failure: string | null): boolean => failure?.startsWith(FAILED) === true;

export interface FaultParts {
  readonly runCell: RunCell;
  readonly moduleOf: (spec: CellSpec) => Method;
  /** Told before the row is made. */
  readonly onFault: (spec: CellSpec, error: unknown) => void;
}

/**
 * Runs a cell and answers a fault of its method with a row. A scenario that cannot be read, or a
 * disk that refuses, still ends all.
 */
export function faultsAsRows({ runCell, moduleOf, onFault }: FaultParts): RunCell {
  return async (spec, hooks) => {
    const startedAt = hooks.clock();
    try {
      return await runCell(spec, hooks);
    } catch (error) {
      if (error instanceof CellStopped || error instanceof CellRefused) throw error;
      const outcome = await failedCell(spec, moduleOf(spec), error, hooks.clock() - startedAt);
      onFault(spec, error);
      return outcome;
    }
  };
}

/** Throws what reading the scenario throws: then the scenario was at fault, not the method. */
async function failedCell(
  spec: CellSpec,
  module: Method,
  error: unknown,
  seconds: number,
): Promise<CellOutcome> {
  const scenario = await resolveScenario(spec.scenario, { objective: spec.objective });
  const clock = () => 0;
  const meter = metered(evaluator(scenario), spec.budget, { clock, cpuClock: clock });
  const result = cellResult({
    spec,
    hash: scenarioHash(scenario),
    module,
    meter,
    report: { failure: `${FAILED}${faultSentence(error)}`, ended: "fault" },
    backend: null,
    trained: null,
    ownPlan: null,
  });
  return { result, times: { seconds, cpuSeconds: 0, curveSeconds: [], curveCpuSeconds: [] } };
}

const LONGEST = 300;

/** The first line of an error, without what would control a terminal. */
export function faultSentence(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const line = text
    .trim()
    .split("\n")[0]
    .replace(/\p{Cc}+/gu, " ");
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)} ...`;
}

/** All that is known of a fault, for a file: a mistake has no stack worth reading. */
export function faultText({ scenario, method, seedIndex }: CellSpec, error: unknown): string {
  const stack = error instanceof Error && !(error instanceof InputError) ? error.stack : undefined;
  return `Method "${method}" on "${scenario}", seed ${seedIndex}\n\n${stack ?? faultSentence(error)}\n`;
}
