/** How layouts of single outputs are read, and what makes them valid: one sentence each. */
import { InputError } from "../../errors.ts";
import type { OpGraph } from "../../graph/graph.ts";
import { listsIn, opIn, shown } from "../plan-fields.ts";
import { iterationOf, type ShardingPlan } from "../sharding.ts";
import type { MeshAxesOf, OutputLayout } from "./op-fields.ts";

/** Ops and mesh axes may be numbers or names. */
export function layoutsIn(
  { names }: Pick<OpGraph, "names">,
  axesOf: MeshAxesOf,
  layouts: unknown,
  where: string,
): OutputLayout[] {
  if (!Array.isArray(layouts))
    throw new InputError(`${where}: layouts is ${shown(layouts)}, expected a list of layouts.`);
  return layouts.map((layout: unknown, i) => {
    const { op: given, output = 0, axes } = (layout ?? {}) as Partial<Record<keyof OutputLayout, unknown>>;
    const op = opIn(names, given);
    return { op, output: output as number, axes: listsIn(axesOf(op), axes, `${where}: layout ${i}`) };
  });
}

/** Pre: the mesh is valid. */
export function checkLayouts(graph: OpGraph, plan: ShardingPlan): void {
  for (const layout of plan.layouts ?? []) checkLayout(graph, plan, layout);
}

function checkLayout(graph: OpGraph, plan: ShardingPlan, { op, output, axes }: OutputLayout): void {
  if (!Number.isInteger(op) || op < 0 || op >= graph.opCount)
    throw new InputError(`A layout of the sharding names op ${op}, expected 0..${graph.opCount - 1}.`);
  const where = `The layout of output ${output} of op "${graph.names[op]}"`;
  const tensor = iterationOf(graph, op)?.outputs[output];
  if (tensor === undefined) throw new InputError(`${where} is of a tensor whose shape is not known.`);
  if (!Array.isArray(axes) || axes.length !== tensor.shape.length)
    throw new InputError(
      `${where} has ${axes?.length ?? "no"} entries, expected ${tensor.shape.length}, one for each axis of the tensor.`,
    );
  checkAxes(plan, where, axes);
  tensor.shape.forEach((length, t) => {
    const parts = axes[t].reduce((product: number, axis: number) => product * plan.mesh.axes[axis].size, 1);
    if (parts > Math.max(1, length))
      throw new InputError(`${where} has ${parts} parts of axis ${t}, expected at most ${length}.`);
  });
  if (plan.layouts!.filter((other) => other.op === op && other.output === output).length > 1)
    throw new InputError(`${where} is given twice.`);
}

/** Every entry is a list of axes of the mesh, and none is there twice. */
export function checkAxes(
  { mesh }: Pick<ShardingPlan, "mesh">,
  where: string,
  lists: readonly (readonly number[])[],
): void {
  const seen = new Set<number>();
  for (const list of lists) {
    if (!Array.isArray(list))
      throw new InputError(`${where}: ${JSON.stringify(list)} is no list of mesh axes.`);
    for (const axis of list) {
      if (!Number.isInteger(axis) || axis < 0 || axis >= mesh.axes.length)
        throw new InputError(
          `${where} names mesh axis ${JSON.stringify(axis)}, expected 0..${mesh.axes.length - 1}.`,
        );
      if (seen.has(axis))
        throw new InputError(`${where} uses mesh axis "${mesh.axes[axis].name}" twice; once is the most.`);
      seen.add(axis);
    }
  }
}
