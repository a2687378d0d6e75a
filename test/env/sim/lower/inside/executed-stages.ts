/**
 * The stages of a hybrid on whole numbers. Each stage gets what others make as one device makes it,
 * and runs unit by unit. Between units a rank keeps what the stage says that it holds.
 */
import { replicasOf, shardingInside } from "../../../../../env/model/plan/inside.ts";
import type { PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { replicatedPlan } from "../../../../../env/model/plan/sharding.ts";
import { WORK_ORDER, worksOf } from "../../../../../env/sim/lower/costs/work.ts";
import { stageProgram, unitProgram } from "../../../../../env/sim/lower/inside/stage-program.ts";
import { WEIGHTS } from "../../../../../env/sim/lower/sharding/instructions.ts";
import { partProgram, shardedProgram } from "../../../../../env/sim/lower/sharding/program.ts";
import { createExecutor, execute, type Results } from "../sharding/execute.ts";
import type { NumberedGraph } from "../sharding/numbered-graph.ts";

const NO_DEVICES = { name: "none", devices: [], links: [], routes: [] };
const ONE = { axes: [{ name: "one", size: 1 }], devices: [0] };

export const numbersOfOneDevice = (numbered: NumberedGraph): Results =>
  execute(
    numbered,
    shardedProgram({ graph: numbered.graph, cluster: NO_DEVICES }, replicatedPlan(numbered.graph, ONE)),
  );

export interface ExecutedStages {
  /** All outputs and new weights, each from the stage of its op. */
  readonly results: Results;
  /** Steps between layouts in all stages. */
  readonly moves: number;
}

/** `known`: the numbers of one device. */
export function executeStages(numbered: NumberedGraph, plan: PipelinePlan, known: Results): ExecutedStages {
  const { graph } = numbered;
  const results = new Map<string, readonly number[]>();
  let moves = 0;
  plan.stages.forEach((own, stage) => {
    const outside = Uint8Array.from(plan.stageOf, (of) => (of === stage ? 0 : 1));
    const sharding = shardingInside(plan, stage, replicasOf(own)[0]);
    const part = partProgram({ graph, cluster: NO_DEVICES }, sharding, outside);
    const { recompute } = plan;
    const ops = { graph, outside, workOf: worksOf(graph, false), ...(recompute && { recompute }) };
    const program = stageProgram(part, ops);
    const { values, instructions } = part.program;
    const executor = createExecutor(numbered, part.program);
    for (const instruction of instructions) {
      if (instruction.kind === "move") moves++;
      if (instruction.kind === "host")
        for (const value of instruction.outputs)
          executor.give(value, known.get(`${graph.names[instruction.op]}:${values[value].output}:0`)!);
      if (instruction.kind === "feed") executor.run(instruction);
    }
    for (const work of WORK_ORDER) {
      const unit = unitProgram(program, work, 1);
      for (const instruction of unit.program.instructions) executor.run(instruction);
      const given = new Set(unit.given);
      const kept = new Set(unit.kept);
      for (const value of values.keys()) {
        const root = program.rootOf[value];
        if (values[value].output !== WEIGHTS && !given.has(root) && !kept.has(root)) executor.drop(value);
      }
    }
    for (const [name, numbers] of executor.results())
      if (outside[opOf(graph.names, name)] === 0) results.set(name, numbers);
  });
  return { results, moves };
}

/** The op of a result, such as `stored W update:-1:0`. */
const opOf = (names: readonly string[], result: string): number =>
  names.indexOf(result.replace(/^stored /, "").replace(/(:-?\d+){2}$/, ""));
