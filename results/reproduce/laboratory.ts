/**
 * The laboratory of a reproduction: runs cells, as many at once as asked for, and counts what they
 * spent. The caller says how a cell is run and kept, so a stopped reproduction goes on from its
 * journal. What the paper's file asks for twice is run once.
 *
 * Post: the answer of a run does not depend on the order or number of runs.
 */
import type { BackendName } from "../../agents/contract.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import type { CellHooks, CellResult, CellSpec, RunCell } from "../cells/cell.ts";
import type { Laboratory, LabRun } from "./contract.ts";

export interface LaboratoryParts {
  readonly runCell: RunCell;
  readonly hooks: Pick<CellHooks, "clock" | "cpuClock" | "signal">;
  readonly seed: number | string;
  readonly backend?: BackendName;
  /** Cells in flight at once. */
  readonly jobs: number;
  /** Writes a scenario of the paper's own; answers with its address. */
  readonly keep: Laboratory["keep"];
  readonly train: Laboratory["train"];
  readonly note: Laboratory["note"];
  /** Told whenever a cell has finished, kept ones included. */
  readonly onFinished?: (finished: number, asked: number) => void;
}

export interface CountingLaboratory extends Laboratory {
  /** Every cell so far, in the order in which it was asked for. */
  readonly all: readonly CellResult[];
  /** Simulations of all cells and of plans that were scored. */
  readonly simulations: number;
}

export function createLaboratory(parts: LaboratoryParts): CountingLaboratory {
  const { runCell, hooks, note, keep, train } = parts;
  const slot = slots(parts.jobs);
  const asked = new Map<string, Promise<CellResult>>();
  const all: CellResult[] = [];
  let [finished, scored, trained] = [0, 0, 0];

  const cellOf = (spec: CellSpec): Promise<CellResult> => {
    const key = JSON.stringify(spec);
    const known = asked.get(key);
    if (known !== undefined) return known;
    const cell = slot(async () => {
      const { result } = await runCell(spec, hooks);
      parts.onFinished?.(++finished, asked.size);
      return result;
    });
    asked.set(key, cell);
    return cell;
  };
  const cells = async (run: LabRun): Promise<readonly CellResult[]> => {
    const found = await Promise.all(specsOf(run, parts).map(cellOf));
    for (const cell of found) if (!all.includes(cell)) all.push(cell);
    return found;
  };
  return {
    cells,
    values: async (run) => (await cells(run)).map(({ value }) => value),
    score(scenario: Scenario, plan: Plan) {
      scored++;
      return evaluator(scenario).evaluate(plan).value;
    },
    numberOn: async (address, measure) => measure(await resolveScenario(address)),
    async train(run) {
      const path = await train(run);
      trained += run.simulations;
      return path;
    },
    keep,
    note,
    all,
    get simulations() {
      return all.reduce((sum, cell) => sum + cell.simulations, scored + trained);
    },
  };
}

function specsOf(run: LabRun, { seed, backend }: LaboratoryParts): CellSpec[] {
  const { scenario, method, simulations, seeds, objective } = run;
  return Array.from({ length: seeds }, (_, seedIndex) => ({
    scenario,
    method,
    rootSeed: seed,
    seedIndex,
    budget: { simulations },
    objective,
    backend,
  }));
}

/** Starts work when one of so many slots is free, first come, first served. */
function slots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((start) => waiting.push(start));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
