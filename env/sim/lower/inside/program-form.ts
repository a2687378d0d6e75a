/**
 * The form of a stage's program: all that its times and peaks of memory depend on, without the
 * numbers of its ops. Stages that hold as many equal blocks of a network have the same form, so one
 * of them is simulated.
 */
import { CONTROL, type OpGraph } from "../../../model/graph/graph.ts";
import type { Instruction, Value } from "../sharding/instructions.ts";
import { kindsOfOps } from "./op-kinds.ts";
import { type StageProgram, scales } from "./stage-program.ts";

/** A text for each program of the graph, equal for programs of one form. */
export function createForms(graph: OpGraph): (stage: StageProgram) => string {
  const kinds = kindsOfOps(graph);
  return ({ program, unitOf, madeFor, held, ops }) => {
    const { values, instructions } = program;
    const again = ops.recompute;
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
      again?.[madeFor[i]] ?? 0,
      ...(instruction.kind === "run"
        ? [kinds[instruction.op], ordersOf(graph, instruction.op, placeOf)]
        : []),
      withoutOp(instruction),
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

/** Splits are left out too: shares and layouts follow from them. */
function withoutOp(instruction: Instruction): object {
  if (instruction.kind === "run") {
    const { op: _, split: __, ...rest } = instruction;
    return rest;
  }
  if (instruction.kind !== "host") return instruction;
  const { op: _, ...rest } = instruction;
  return rest;
}
