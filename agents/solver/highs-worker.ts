/**
 * The program of the worker thread that runs HiGHS (highs.ts). It is plain JavaScript in a string.
 * A worker started from a string needs no TypeScript compiler, and its `require` resolves from any
 * folder.
 *
 * It posts `solution` and `bound` while it runs, and `end` or `error` at last (`Message` in
 * highs.ts).
 */
export const WORKER_PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const { solver, wasmModule, program, limits, start } = workerData;
const FEASIBLE = 2;
const isLinear = program.integer.every((whole) => whole === 0);

require(solver)({ wasmModule }).then(solve).catch((error) => {
  parentPort.postMessage({ kind: "error", message: String((error && error.message) || error) });
});

function solve(highs) {
  const model = createModel(highs);
  let bound = -Infinity;
  let best = Infinity;
  const postSolution = (value, columns) => {
    best = value;
    parentPort.postMessage({ kind: "solution", value, columns });
  };
  const { callbackType } = highs.constants;
  model.run({
    [callbackType.mipImprovingSolution]({ data }) {
      postSolution(data.objective_function_value, data.mip_solution);
    },
    [callbackType.mipInterrupt](event) {
      const iterations = Number(event.data.mip_total_lp_iterations);
      if (iterations > limits.iterations) event.interrupt();
      if (!(event.data.mip_dual_bound > bound)) return;
      bound = event.data.mip_dual_bound;
      parentPort.postMessage({ kind: "bound", bound, nodes: Number(event.data.mip_node_count), iterations });
    },
  });
  const end = endOf(model, highs.constants);
  // HiGHS does not report every solution when it finds it, and not always the last one.
  if (!isLinear && model.info.get("primal_solution_status") === FEASIBLE && model.getObjectiveValue() < best)
    postSolution(model.getObjectiveValue(), model.getSolution().colValue);
  parentPort.postMessage({ kind: "end", result: resultOf(model, end) });
}

function createModel(highs) {
  const model = highs.createModel({
    numCols: program.columns,
    numRows: program.rows,
    colCost: program.cost,
    colLower: program.lower,
    colUpper: program.upper,
    rowLower: program.rowLower,
    rowUpper: program.rowUpper,
    integrality: program.integer,
    matrix: {
      format: "csr",
      numRows: program.rows,
      numCols: program.columns,
      starts: program.rowStart,
      indices: program.rowColumn,
      values: program.rowValue,
    },
  });
  model.options.set({
    output_flag: false,
    random_seed: 0,
    time_limit: limits.seconds,
    mip_max_nodes: limits.nodes,
    mip_rel_gap: limits.relativeGap,
    mip_abs_gap: 0,
    mip_feasibility_tolerance: 1e-9,
    primal_feasibility_tolerance: 1e-9,
  });
  if (isLinear) model.options.set({ simplex_iteration_limit: limits.iterations });
  if (start) model.setSolution(start);
  return model;
}

function endOf(model, { modelStatus }) {
  const status = model.getModelStatus();
  const ends = new Map([
    [modelStatus.optimal, "solved"],
    [modelStatus.infeasible, "infeasible"],
    [modelStatus.timeLimit, "time"],
    [modelStatus.solutionLimit, "limit"],
    [modelStatus.interrupted, "limit"],
    [modelStatus.iterationLimit, "limit"],
  ]);
  if (!ends.has(status)) throw new Error("model status " + status);
  return ends.get(status);
}

function resultOf(model, end) {
  const result = {
    end,
    bound: model.info.get("mip_dual_bound"),
    nodes: Number(model.info.get("mip_node_count")),
    iterations: Number(model.info.get("simplex_iteration_count")),
  };
  if (!isLinear) return result;
  const { rowDual, colValue } = model.getSolution();
  result.rowDuals = rowDual;
  if (end === "solved") result.columns = colValue;
  return result;
}
`;
