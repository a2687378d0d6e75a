/**
 * The training state that a rank holds under a sharding plan. Weights and optimizer state are there
 * at all times, gradients from their backward op to their update. Source: the program's layouts.
 */
import { type OpGraph, Role } from "../../../model/graph/graph.ts";
import { localShare } from "../../../model/layout/layout.ts";
import type { ZeroStage } from "../../../model/plan/sharding.ts";
import type { ShardedProgram, Value } from "./instructions.ts";

export interface StateBytes {
  readonly weights: number;
  readonly gradients: number;
  readonly optimizer: number;
}

/** Bytes of a rank; all hold alike. `optimizerSlots`: numbers of the optimizer for each weight. */
export function stateBytes(
  graph: OpGraph,
  { values, weights, instructions, sizes }: ShardedProgram,
  { optimizerSlots, zero }: { readonly optimizerSlots: number; readonly zero: ZeroStage },
): StateBytes {
  const local = ({ bytes, shape, layout }: Value): number => bytes * localShare(shape, layout, sizes);
  const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0);
  /** Before stage 2 a gradient stays as its backward op has made it. */
  const held = (value: Value): Value =>
    zero >= 2 ? value : values.find(({ op, output }) => op === value.op && output === value.output)!;
  const gradients = instructions.map((instruction) =>
    instruction.kind === "run" && graph.role[instruction.op] === Role.update
      ? sum(instruction.inputs.map((input) => local(held(values[input]))))
      : 0,
  );
  return {
    weights: sum(weights.map(({ value }) => local(values[value]))),
    gradients: sum(gradients),
    optimizer:
      optimizerSlots *
      sum(weights.map(({ value, optimizer }) => local({ ...values[value], layout: optimizer }))),
  };
}
