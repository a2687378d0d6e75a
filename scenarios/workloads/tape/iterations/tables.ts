/** Spaces of ops whose input says where data go: rows of tables, experts, edges of a graph. */
import type { Tensor } from "../tape.ts";
import { all, type SpaceRule, spaceOf, view } from "./rules.ts";

/** A part of the rows answers the ids that it has, and zeros for the others. */
export const embedding: SpaceRule = (op, lettering) => {
  const [ids] = op.inputs;
  const [y] = op.outputs;
  const columns = y.shape[y.shape.length - 1];
  const axes = lettering(ids);
  return spaceOf({
    inputs: [view(ids, axes)],
    parameters: [{ shape: [op.spec.parameters! / columns, columns], axes: "vn" }],
    outputs: [view(y, `${axes}n`)],
    sums: "v",
  });
};

export const gather: SpaceRule = (op, lettering) => {
  const [table, ids] = op.inputs;
  const axes = lettering(ids);
  return spaceOf({
    inputs: [view(table, "vn"), view(ids, axes)],
    outputs: [view(op.outputs[0], `${axes}n`)],
    sums: "v",
    linearIn: [0],
  });
};

const unnamed = ({ shape }: Tensor): string => ".".repeat(shape.length);

const rowsOfExperts = (experts: readonly Tensor[]): string =>
  experts.every(({ shape }) => shape[0] === experts[0].shape[0]) ? "eqn" : "Eqn";

/**
 * A token's place among those of its expert depends on all gates, so every part reads them. Parts
 * of the tokens fill their places and leave zeros in the others.
 */
export const dispatch: SpaceRule = (op, lettering) => {
  const [tokens, gates] = op.inputs;
  const rows = lettering(tokens).slice(0, -1);
  const axes = rowsOfExperts(op.outputs);
  return spaceOf({
    inputs: [view(tokens, `${rows}n`), view(gates, unnamed(gates))],
    outputs: op.outputs.map((output) => view(output, axes)),
    sums: rows,
    linearIn: [0],
  });
};

export const combine: SpaceRule = (op, lettering) => {
  const [gates, ...results] = op.inputs;
  const axes = rowsOfExperts(results);
  return spaceOf({
    inputs: [view(gates, unnamed(gates)), ...results.map((result) => view(result, axes))],
    outputs: [view(op.outputs[0], `${lettering(gates).slice(0, -1)}n`)],
    sums: axes[0] === "e" ? "eq" : "q",
    linearIn: all(op).slice(1),
  });
};

/** A part of the edges adds up its share of each vertex' neighbours. */
export const aggregate: SpaceRule = (op) => {
  const [edges, ...features] = op.inputs;
  return spaceOf({
    inputs: [view(edges, "r"), ...features.map((of) => view(of, "Bn"))],
    outputs: [view(op.outputs[0], "Bn")],
    sums: "r",
    linearIn: all(op).slice(1),
  });
};
