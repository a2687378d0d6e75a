/** How tensors, layouts and groups of ranks of a sharding are called. */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import { opClasses } from "../../../env/model/graph/op-classes.ts";
import type { MeshAxis } from "../../../env/model/layout/mesh.ts";
import { type Value, WEIGHTS } from "../../../env/sim/lower/sharding/instructions.ts";
import type { LoweredMove } from "../../../env/sim/lower/sharding/lowering.ts";

/** `weights of a`, `gradient from b`, or the op whose output it is. */
export function tensorName(graph: OpGraph, { op, output }: Pick<Value, "op" | "output">): string {
  const name = graph.names[op];
  if (output === WEIGHTS) return `weights of ${name}`;
  const port = graph.outputStart[op] + output;
  if (graph.role[op] === Role.backward && opClasses(graph).fixedPort[port] === 1)
    return `gradient from ${name}`;
  return graph.outputStart[op + 1] - graph.outputStart[op] > 1 ? `${name}, output ${output}` : name;
}

/** `data x tensor`; `all axes` where they are all of several, links to hosts without any. */
export function axesText(axes: readonly MeshAxis[], group: readonly number[]): string {
  if (group.length === 0) return "links to hosts";
  if (group.length > 1 && group.length === axes.length) return "all axes";
  return group.map((axis) => axes[axis].name).join(" x ");
}

/** `all-reduce along tensor`. */
export const collectiveText = (
  axes: readonly MeshAxis[],
  { kind, group }: Pick<LoweredMove, "kind" | "group">,
): string => (kind === "feed" ? "inputs from the host" : `${kind} along ${axesText(axes, group)}`);
