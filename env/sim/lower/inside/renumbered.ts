/** The program of a stage for another of the same text (stage-part.ts): ops have its numbers. */
import type { Instruction } from "../sharding/instructions.ts";
import type { StagePart } from "./stage-part.ts";
import type { StageOps, StageProgram } from "./stage-program.ts";

/** Pre: both parts have one text; `ops` are those of `to`. */
export function renumbered(
  stage: StageProgram,
  from: Pick<StagePart, "ops">,
  to: Pick<StagePart, "ops">,
  ops: StageOps,
): StageProgram {
  const numberOf = new Map(from.ops.map((v, i) => [v, to.ops[i]]));
  const { values, instructions, ...rest } = stage.program;
  const own = (instruction: Instruction): Instruction =>
    "op" in instruction ? { ...instruction, op: numberOf.get(instruction.op)! } : instruction;
  const program = {
    ...rest,
    values: values.map((value) => ({ ...value, op: numberOf.get(value.op)! })),
    instructions: instructions.map(own),
  };
  return { ...stage, ops, program, madeFor: stage.madeFor.map((v) => numberOf.get(v)!) };
}
