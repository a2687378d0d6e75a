/**
 * What the ranks of a replica do, for a stage with a mesh inside. It is the sharded program of the
 * stage's ops, each instruction of a unit of the pipeline.
 *
 * - A unit's instructions are its ops and the steps that are made for them.
 * - Steps on weight gradients are of the update, as micro-batches add to one buffer before.
 * - Recomputation repeats forward ops, and the steps that lead to what they and later units read
 *   (repeated.ts).
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import { opClasses } from "../../../model/graph/op-classes.ts";
import { Work, type WorkCode } from "../costs/work.ts";
import { type Instruction, type ShardedProgram, type Value, WEIGHTS } from "../sharding/instructions.ts";
import type { PartProgram } from "../sharding/program.ts";
import type { Borders } from "../sharding/tasks.ts";
import { madeBy, repeatedIn, usedBy } from "./repeated.ts";

export interface StageOps {
  readonly graph: OpGraph;
  /** 1 for ops of other stages, shape [opCount]. */
  readonly outside: Uint8Array;
  /** Phase of each op. */
  readonly workOf: Uint8Array;
  readonly recompute?: Uint8Array;
}

export interface StageProgram extends PartProgram {
  readonly ops: StageOps;
  /** Unit of each instruction; recomputation is not told apart from the forward phase. */
  readonly unitOf: readonly number[];
  /** Value whose memory each value is in: slices, views and sums in place have none. */
  readonly rootOf: readonly number[];
  /** Unit that makes each value, -1 for those from elsewhere. */
  readonly madeIn: readonly number[];
  /** Values whose memory later units need; recomputation is not one of them. */
  readonly later: ReadonlySet<number>;
  /** The same, and those whose memory recomputation or other stages need. */
  readonly held: ReadonlySet<number>;
  /** Numbers of the instructions that recomputation repeats. */
  readonly repeated: ReadonlySet<number>;
}

export function stageProgram(part: PartProgram, ops: StageOps): StageProgram {
  const { program, madeFor } = part;
  const unitOf = program.instructions.map((instruction, i) =>
    unitOfInstruction(ops, program, instruction, madeFor[i]),
  );
  const rootOf = program.values.map((_, value) => value);
  const madeIn = program.values.map(() => -1);
  program.instructions.forEach((instruction, i) => {
    for (const value of madeBy(instruction)) madeIn[value] = unitOf[i];
    if (instruction.kind === "view" || (instruction.kind === "move" && isInPlace(instruction.step.kind)))
      rootOf[instruction.to] = rootOf[instruction.from];
  });
  const later = new Set<number>();
  program.instructions.forEach((instruction, i) => {
    for (const value of usedBy(instruction))
      if (madeIn[rootOf[value]] !== unitOf[i]) later.add(rootOf[value]);
  });
  const leaves = leaving(part, ops).map((value) => rootOf[value]);
  const { repeated, read } = repeatedIn({ ...part, ops, unitOf, rootOf, later });
  const held = new Set([...later, ...leaves, ...read]);
  return { program, madeFor, ops, unitOf, rootOf, madeIn, later, held, repeated };
}

const isInPlace = (kind: string): boolean => kind === "slice" || kind === "all-reduce";

function unitOfInstruction(
  { graph, workOf }: StageOps,
  { values }: ShardedProgram,
  instruction: Instruction,
  op: number,
): number {
  if (instruction.kind !== "move" && instruction.kind !== "view") return workOf[op];
  return isGradient(graph, values[instruction.from]) ? Work.update : workOf[op];
}

/** Whether a value is a weight gradient, to which micro-batches add in a buffer of the stage. */
const isGradient = (graph: OpGraph, value: Value): boolean =>
  graph.role[value.op] === Role.backward && !scales(graph, value);

/** Whether a value grows with the batch. */
export const scales = (graph: OpGraph, { op, output }: Value): boolean =>
  output !== WEIGHTS && opClasses(graph).fixedPort[graph.outputStart[op] + output] === 0;

/** What ops elsewhere use, in the layout in which its op leaves it. */
function leaving({ program, madeFor }: PartProgram, { graph, outside }: StageOps): number[] {
  const last = new Map<string, number>();
  program.instructions.forEach((instruction, i) => {
    for (const value of madeBy(instruction))
      if (program.values[value].op === madeFor[i] && instruction.kind !== "view")
        last.set(`${program.values[value].op}:${program.values[value].output}`, value);
  });
  const found: number[] = [];
  for (let e = 0; e < graph.edgeCount; e++) {
    const source = graph.edgeSource[e];
    if (outside[source] === 1 || outside[graph.edgeDestination[e]] === 0) continue;
    const value = last.get(`${source}:${graph.edgeOutput[e]}`);
    if (value !== undefined) found.push(value);
  }
  return found;
}

/** A part of a program, for a share of the batch. */
export interface UnitProgram extends Borders {
  readonly program: ShardedProgram;
}

/** The instructions of a unit, with the work and bytes of a share of the batch. */
export function unitProgram(stage: StageProgram, work: WorkCode, share: number): UnitProgram {
  const { program, unitOf, ops, later, held, repeated } = stage;
  const { graph, recompute } = ops;
  const { once } = opClasses(graph);
  const isAgain = (op: number): boolean => recompute?.[op] === 1;
  const of = work === Work.recompute ? Work.forward : work;
  const instructions = program.instructions
    .filter((instruction, i) => {
      if (instruction.kind === "host" || instruction.kind === "feed" || unitOf[i] !== of) return false;
      return work !== Work.recompute || repeated.has(i);
    })
    .map((instruction) =>
      instruction.kind === "run" && once[instruction.op] === 0
        ? { ...instruction, share: instruction.share * share }
        : instruction,
    );
  const values = program.values.map((value) =>
    scales(graph, value) ? { ...value, bytes: value.bytes * share } : value,
  );
  const made = new Set(instructions.flatMap(madeBy));
  return {
    program: { ...program, values, instructions, weights: [] },
    given: [...values.keys()].filter((value) => !made.has(value)),
    kept: [...(work === Work.recompute ? later : held)].filter(
      (value) => made.has(value) && (work !== Work.forward || !isAgain(values[value].op)),
    ),
    uncounted: [...made].filter((value) => isGradient(graph, values[value])),
  };
}
