/**
 * What the picture of layouts shows: the forward ops of one layer in the order of the program, each
 * with its weights and outputs as they lie on the mesh, and the steps between them. The steps of
 * the backward pass and of updates are counted.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { WHOLE } from "../../../../env/model/graph/iteration.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import {
  type Instruction,
  type Move,
  type Run,
  type Value,
  WEIGHTS,
} from "../../../../env/sim/lower/sharding/instructions.ts";
import type { PartProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { dotted, layerName } from "../../../../scenarios/plans/pipeline/model-layers.ts";

export interface ShownAxis {
  /** Name of the dimension that the axis runs along; empty where none is known. */
  readonly name: string;
  readonly length: number;
  /** Mesh axes that divide it. */
  readonly dividedBy: readonly number[];
}

export interface ShownTensor {
  readonly axes: readonly ShownAxis[];
  /** Mesh axes over which it is a partial sum. */
  readonly partial: readonly number[];
}

export interface OpRow {
  readonly kind: "op";
  readonly op: number;
  readonly weights: readonly ShownTensor[];
  readonly outputs: readonly ShownTensor[];
}

export interface StepRow {
  readonly kind: "step";
  readonly step: Move["step"];
  readonly value: Value;
  readonly result: Value;
  /** What the step leads to. */
  readonly tensor: ShownTensor;
  readonly purpose: Move["purpose"];
}

export interface CountedSteps {
  readonly pass: "backward" | "update";
  readonly kind: Move["step"]["kind"];
  readonly group: readonly number[];
  readonly count: number;
}

export interface LayoutRows {
  /** Name of the layer; null where all forward ops are shown. */
  readonly layer: string | null;
  readonly mesh: Mesh;
  readonly rows: readonly (OpRow | StepRow)[];
  readonly later: readonly CountedSteps[];
}

const NUMBERED = /[._/]?\d+\b/;

/** A graph without numbered layers is shown whole. */
export function layoutRows(graph: OpGraph, { program, madeFor }: PartProgram, mesh: Mesh): LayoutRows {
  const layer = shownLayer(graph, program.instructions);
  const isShown = (op: number): boolean =>
    graph.role[op] === Role.forward && (layer === null || layerName(graph.names[op]) === layer);
  const isLater = (op: number): boolean =>
    graph.role[op] !== Role.forward &&
    (layer === null || layerName(graph.names[graph.twin[op] === -1 ? op : graph.twin[op]]) === layer);
  const rows: (OpRow | StepRow)[] = [];
  const later = new Map<string, CountedSteps & { count: number }>();
  program.instructions.forEach((instruction, i) => {
    const op = madeFor[i];
    if (instruction.kind === "run" && isShown(op)) rows.push(opRow(graph, program.values, instruction));
    if (instruction.kind !== "move") return;
    const { step, purpose, from, to } = instruction;
    if (isShown(op)) {
      const [value, result] = [program.values[from], program.values[to]];
      rows.push({ kind: "step", step, purpose, value, result, tensor: valueShown(graph, result) });
      return;
    }
    if (!isLater(op) || step.kind === "slice") return;
    const pass = graph.role[op] === Role.update ? "update" : "backward";
    const key = `${pass} ${step.kind} ${step.group.join()}`;
    const known = later.get(key) ?? { pass, kind: step.kind, group: step.group, count: 0 };
    known.count++;
    later.set(key, known);
  });
  return { layer, mesh, rows, later: [...later.values()] };
}

/** Of the numbered layers with most divided ops the one in the middle: ends may differ. */
function shownLayer(graph: OpGraph, instructions: readonly Instruction[]): string | null {
  const divided = new Map<string, number>();
  for (const instruction of instructions) {
    if (instruction.kind !== "run" || graph.role[instruction.op] !== Role.forward) continue;
    const name = graph.names[instruction.op];
    const layer = layerName(name);
    // A numbered op that is in no layer is a layer of its own.
    if (!NUMBERED.test(layer) || layer === dotted(name)) continue;
    const isDivided = instruction.split?.some((axes) => axes.length > 0) === true;
    divided.set(layer, (divided.get(layer) ?? 0) + (isDivided ? 1 : 0));
  }
  const most = Math.max(0, ...divided.values());
  const best = [...divided].filter(([, count]) => count === most).map(([layer]) => layer);
  return best[Math.floor(best.length / 2)] ?? null;
}

function opRow(graph: OpGraph, values: readonly Value[], { op, parameters, outputs }: Run): OpRow {
  const shown = (all: readonly number[]) => all.map((value) => valueShown(graph, values[value]));
  return { kind: "op", op, weights: shown(parameters), outputs: shown(outputs) };
}

/** Its axes have the names that the op gives them which makes or holds it. */
function valueShown(graph: OpGraph, { op, output, parameter, shape, layout }: Value): ShownTensor {
  const iteration = iterationOf(graph, op);
  const tensor = output === WEIGHTS ? iteration?.parameters[parameter] : iteration?.outputs[output];
  const isSame = tensor?.shape.join() === shape.join();
  return {
    axes: shape.map((length, t) => {
      const along = isSame ? tensor!.along[t] : WHOLE;
      const name = along === WHOLE ? "" : iteration!.dimensions[along].name;
      return { name, length, dividedBy: layout.axes[t] };
    }),
    partial: layout.partial,
  };
}
