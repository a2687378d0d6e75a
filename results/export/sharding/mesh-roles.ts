/**
 * What the axes of a mesh are for, in the words of programs that know a few parallelisms and no
 * splits of single ops. An axis that divides batches is for data. One that divides the weights of
 * products, each along its columns or its rows, is for tensors (Megatron's families).
 */
import { InputError } from "../../../env/model/errors.ts";
import { type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import { countAlong, type MeshAxis } from "../../../env/model/layout/mesh.ts";
import { iterationOf } from "../../../env/model/plan/sharding.ts";
import type { Run, ShardedProgram } from "../../../env/sim/lower/sharding/instructions.ts";
import { visibleName } from "../../text/visible.ts";

export interface MeshRoles {
  /** Axes that divide batches, and axes that divide weights. */
  readonly data: readonly number[];
  readonly tensor: readonly number[];
  /** Whether ops between products are divided along the sequence, by the axes of tensors. */
  readonly sequence: boolean;
  /** Ranks along these axes. */
  readonly dataSize: number;
  readonly tensorSize: number;
}

/** Throws a sentence where an axis is for neither, or for both. */
export function meshRoles(
  format: string,
  graph: OpGraph,
  { instructions, sizes }: Pick<ShardedProgram, "instructions" | "sizes">,
  axes: readonly MeshAxis[],
): MeshRoles {
  const runs = instructions.filter(
    (instruction): instruction is Run =>
      instruction.kind === "run" && graph.role[instruction.op] === Role.forward && instruction.split !== null,
  );
  const data: number[] = [];
  const tensor: number[] = [];
  axes.forEach(({ name, size }, axis) => {
    if (size === 1) return;
    const role = roleOf(format, graph, runs, { axis, name: visibleName(name) });
    if (role !== null) (role === "data" ? data : tensor).push(axis);
  });
  return {
    data,
    tensor,
    sequence: runs.some(({ op, split }) => dividesAlong(graph, op, split!, "sequence", tensor)),
    dataSize: countAlong(data, sizes),
    tensorSize: countAlong(tensor, sizes),
  };
}

interface OneAxis {
  readonly axis: number;
  readonly name: string;
}

/** Null for an axis that divides nothing. Products decide. */
function roleOf(
  format: string,
  graph: OpGraph,
  runs: readonly Run[],
  { axis, name }: OneAxis,
): "data" | "tensor" | null {
  const products = runs.filter(({ op }) => isProduct(graph, op));
  const along = (kinds: readonly string[]) =>
    products.filter(({ op, split }) => kinds.some((kind) => dividesAlong(graph, op, split!, kind, [axis])));
  const batches = along(["batch"]);
  const weights = along(["feature", "contraction", "head", "vocabulary", "channel"]);
  if (batches.length > 0 && weights.length > 0)
    throw new InputError(
      `The format ${format} gives each mesh axis one parallelism, and axis "${name}" divides the batch of "${nameOf(graph, batches[0])}" and the weights of "${nameOf(graph, weights[0])}".`,
    );
  if (batches.length > 0) {
    const whole = products.find((run) => !batches.includes(run));
    if (whole !== undefined)
      throw new InputError(
        `The format ${format} divides the batch of every op by axis "${name}" of data, and not that of "${nameOf(graph, whole)}".`,
      );
    return "data";
  }
  if (weights.length > 0) return "tensor";
  const other = runs.find(({ split }) => split!.some((own) => own.includes(axis)));
  if (other === undefined) return null;
  throw new InputError(
    `The format ${format} knows data and tensor parallelism, and axis "${name}" is for neither: it divides ops such as "${nameOf(graph, other)}".`,
  );
}

const nameOf = ({ names }: OpGraph, { op }: Run): string => visibleName(names[op]);

/** An op that sums over a contraction with weights. */
export const isProduct = (graph: OpGraph, op: number): boolean => {
  const iteration = iterationOf(graph, op);
  return (
    iteration !== null &&
    iteration.parameters.length > 0 &&
    iteration.dimensions.some(({ kind }) => kind === "contraction")
  );
};

function dividesAlong(
  graph: OpGraph,
  op: number,
  split: readonly (readonly number[])[],
  kind: string,
  axes: readonly number[],
): boolean {
  return iterationOf(graph, op)!.dimensions.some(
    (dimension, d) => dimension.kind === kind && split[d].some((axis) => axes.includes(axis)),
  );
}

/**
 * Every product with weights in the layers is divided by its columns or its rows along all axes of
 * tensors. Throws a sentence else.
 */
export function checkFamilies(
  format: string,
  graph: OpGraph,
  { instructions }: Pick<ShardedProgram, "instructions">,
  { roles, isLayer }: { readonly roles: MeshRoles; readonly isLayer: (op: number) => boolean },
): void {
  if (roles.tensor.length === 0) return;
  const whole = instructions.find(
    (instruction): instruction is Run =>
      instruction.kind === "run" &&
      graph.role[instruction.op] === Role.forward &&
      isLayer(instruction.op) &&
      isProduct(graph, instruction.op) &&
      !roles.tensor.every((axis) => instruction.split?.some((own) => own.includes(axis)) === true),
  );
  if (whole !== undefined)
    throw new InputError(
      `The format ${format} divides every product of a layer by its columns or its rows, and "${nameOf(graph, whole)}" is whole on ranks of the same tensor group.`,
    );
}
