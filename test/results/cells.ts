/**
 * Made-up cells for the tests of this folder: everything a reader of the test does not name has a
 * plain default.
 */
import type { CellOutcome, CellResult, CellSpec, RunCell } from "../../results/cells/cell.ts";
import type { CompareRequest } from "../../results/comparison/compare.ts";

/** Eight cells. */
export const request: CompareRequest = {
  scenarios: ["one", "two"],
  methods: ["slow", "quick"],
  seeds: 2,
  seed: 7,
  budget: { evaluations: 10 },
};

export function cell(fields: Partial<CellResult> & { method: string }): CellResult {
  const value = fields.value === undefined ? 100 : fields.value;
  return {
    scenario: "tiny",
    scenarioHash: "0123",
    methodName: fields.method,
    kind: "planner",
    seedIndex: 0,
    objective: "makespan",
    unit: "us",
    feasible: value !== null,
    violation: null,
    bound: 50,
    boundArgument: "critical path",
    gap: value === null ? null : value / 50 - 1,
    simulatorBounds: [{ value: 50, argument: "critical path", covers: ["placement"] }],
    plannerBound: null,
    evaluations: 10,
    simulations: 10,
    bestEvaluation: 4,
    bestSimulation: 4,
    peakBytes: [3e9, 1e9],
    largestPeakBytes: 3e9,
    plan: { kind: "placement", device: [0, 1] },
    curve: [{ simulations: 4, evaluations: 4, cost: value ?? 1e9, feasible: value !== null }],
    estimate: null,
    optimalAmong: null,
    facts: [],
    failure: null,
    ended: "done",
    backend: null,
    pretraining: null,
    ownPlan: null,
    ...fields,
    value,
  };
}

/** A runner that looks a cell's fields up by method and seed. */
export function fakeRunner(
  fields: (spec: CellSpec) => Partial<CellResult>,
  /** Turns of the event loop that a cell takes. */
  turns: (spec: CellSpec) => number = () => 1,
): RunCell {
  return async (spec): Promise<CellOutcome> => {
    for (let turn = turns(spec); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
    const result = cell({
      scenario: spec.scenario,
      method: spec.method,
      seedIndex: spec.seedIndex,
      ...fields(spec),
    });
    const half = result.curve.map(() => 0.5);
    return { result, times: { seconds: 1.5, cpuSeconds: 1.25, curveSeconds: half, curveCpuSeconds: half } };
  };
}
