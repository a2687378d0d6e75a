/**
 * The form of a stage's program: all that its times and peaks of memory depend on, without the
 * numbers of its ops. Stages that hold as many equal blocks of a network have the same form, so one
 * of them is simulated.
 */
import { CONTROL, type OpGraph } from "../../../model/graph/graph.ts";
import { iterationOf } from "../../../model/plan/sharding.ts";
import type { Instruction, Value } from "../sharding/instructions.ts";
import { kindsOfOps } from "./op-kinds.ts";
import { type StageProgram, scales } from "./stage-program.ts";

/** A text for each program of the graph, equal for programs of one form. */
export function createForms(graph: OpGraph): (stage: StageProgram) => string {
  const kinds = kindsOfOps(graph);
  return ({ program, unitOf, repeated, held }) => {
    const { values, instructions } = program;
    const placeOf = new Map<number, number>();
    instructions.forEach((instruction, i) => {
      if (instruction.kind === "run") placeOf.set(instruction.op, i);
    });
    const firstOf = new Map<string, number>();
    const ofValue = (value: Value, number: number) => {
      const name = `${value.op}:${value.output}`;
      if (!firstOf.has(name)) firstOf.set(name, number);
      const { shape, layout, bytes, onHost } = value;
      const flags = [onHost === true, scales(graph, value), held.has(number)].map(Number);
      return [firstOf.get(name), shape, layout.axes, layout.partial, layout.ranges, bytes, ...flags];
    };
    const ofInstruction = (instruction: Instruction, i: number) => [
      unitOf[i],
      repeated.has(i) ? 1 : 0,
      ...(instruction.kind === "run"
        ? [kinds[instruction.op], ordersOf(graph, instruction.op, placeOf)]
        : []),
      withoutOp(graph, instruction),
    ];
    return JSON.stringify([program.sizes, values.map(ofValue), instructions.map(ofInstruction)]);
  };
}

/** Places of the ops that control edges put before an op. */
function ordersOf(graph: OpGraph, op: number, placeOf: ReadonlyMap<number, number>): number[] {
  const places: number[] = [];
  for (let e = graph.inStart[op]; e < graph.inStart[op + 1]; e++) {
    const place = placeOf.get(graph.edgeSource[e]);
    if (graph.edgeOutput[e] === CONTROL && place !== undefined) places.push(place);
  }
  return places;
}

/** Splits are left out too, as shares and layouts follow from them; panels lie by them. */
function withoutOp(graph: OpGraph, instruction: Instruction): object {
  if (instruction.kind === "run") {
    const { op, split, ...rest } = instruction;
    return rest.panels === undefined ? rest : { ...rest, split, along: alongOf(graph, op) };
  }
  if (instruction.kind !== "host") return instruction;
  const { op: _, ...rest } = instruction;
  return rest;
}

function alongOf(graph: OpGraph, op: number): object {
  const { inputs, parameters, outputs } = iterationOf(graph, op)!;
  return [inputs, parameters, outputs];
}
