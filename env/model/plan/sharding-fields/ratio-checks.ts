/** How ratios of a sharding plan are read, and what makes them valid: one sentence each. */
import { InputError } from "../../errors.ts";
import type { OpGraph } from "../../graph/graph.ts";
import { lengthOf, ratioRanges } from "../../layout/ranges.ts";
import { opIn, shown } from "../plan-fields.ts";
import { iterationOf, panelsOf, type ShardingPlan } from "../sharding.ts";
import type { OpRatio } from "./op-fields.ts";

/** Ops may be numbers or names. */
export function ratiosIn({ names }: Pick<OpGraph, "names">, ratios: unknown, where: string): OpRatio[] {
  if (!Array.isArray(ratios))
    throw new InputError(
      `${where}: ratios is ${shown(ratios)}, expected a list of ops, dimensions and parts.`,
    );
  return ratios.map((ratio: unknown, i) => {
    const { op, dimension, parts } = (ratio ?? {}) as Partial<Record<keyof OpRatio, unknown>>;
    if (!Array.isArray(parts))
      throw new InputError(
        `${where}: ratio ${i} is ${shown(ratio)}, expected an object with a list of parts.`,
      );
    return {
      op: opIn(names, op),
      dimension: dimension as number,
      parts: [...parts] as number[],
    };
  });
}

/** Pre: the mesh, the splits and the panels are valid. */
export function checkRatios(graph: OpGraph, plan: ShardingPlan): void {
  const seen = new Set<string>();
  for (const { op, dimension, parts } of plan.ratios ?? []) {
    if (!Number.isInteger(op) || op < 0 || op >= graph.opCount)
      throw new InputError(`A ratio of the sharding has op ${op}, expected 0..${graph.opCount - 1}.`);
    const where = `Op "${graph.names[op]}"`;
    const split = plan.split[op];
    if (split === null) throw new InputError(`${where} has a ratio, expected an op with a split of its own.`);
    const known = iterationOf(graph, op)!.dimensions[dimension];
    if (known === undefined)
      throw new InputError(
        `${where} has a ratio of dimension ${dimension}, expected 0..${split.length - 1}.`,
      );
    const count = split[dimension].reduce((product, axis) => product * plan.mesh.axes[axis].size, 1);
    if (parts.length !== count || count < 2)
      throw new InputError(
        `${where} has a ratio of ${parts.length} parts along "${known.name}", which its split divides into ${count}; give one for each of at least 2.`,
      );
    if (!parts.every((part) => Number.isFinite(part) && part > 0))
      throw new InputError(`${where} has the ratio ${JSON.stringify(parts)}, expected positive numbers.`);
    const empty = ratioRanges(known.size, parts).findIndex((range) => lengthOf(range) === 0);
    if (empty !== -1)
      throw new InputError(
        `${where} has the ratio ${JSON.stringify(parts)} along "${known.name}", which leaves part ${empty} nothing of its ${known.size}.`,
      );
    if (panelsOf(graph, plan, op) !== null)
      throw new InputError(`${where} has a ratio and panels; panels are equal parts.`);
    const key = `${op} ${dimension}`;
    if (seen.has(key))
      throw new InputError(`${where} has two ratios along "${known.name}"; one is the most.`);
    seen.add(key);
  }
}
