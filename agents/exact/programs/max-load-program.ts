/**
 * The integer program for max load of Tarnawski et al. (NeurIPS 2020).
 *
 * x[v,d] = 1 where element v lies on device d. On an accelerator, out[h,d] >= x[u,d] - x[v,d] and
 * in[h,d] >= x[v,d] - x[u,d] for net h of owner u and every other element v of it, so that at whole
 * x they are 1 exactly where d sends or receives h. Loads are at most M, weights of the elements at
 * most the memory, and M is minimised.
 *
 * Contiguous: z[v,d] >= x[v,d], and for every forward edge u -> v: z[v,d] <= z[u,d] and z[v,d] <=
 * x[v,d] - x[u,d] + 1. A z exists exactly where no forward path leaves d and comes back. (The
 * ideals program asks a little more: that all devices can stand in one line. So this program's
 * optimum is at most that of the ideals program.)
 *
 * Devices of one type are interchangeable; they are ordered by their first element.
 */

import type { SplitProblem } from "../../problems/split-problem.ts";
import { type ProgramBuilder, programBuilder } from "../../solver/linear-program.ts";
import {
  ABSENT,
  type PlacementColumns,
  type PlacementProgram,
  placementColumns,
  scaleBy,
} from "./placement-program.ts";

export interface MaxLoadProgramOptions {
  readonly contiguous: boolean;
  /** Max load of a known plan: worse ones are cut off. */
  readonly upperUs: number;
  /** A bound that is known already. */
  readonly lowerUs: number;
}

export function maxLoadProgram(problem: SplitProblem, options: MaxLoadProgramOptions): PlacementProgram {
  const { elements, types, timeUs, memoryBytes, nets } = problem;
  const n = elements.count;
  const { unitUs, upper } = scaleBy(options.upperUs);
  const builder = programBuilder();
  const load = builder.real({ lower: options.lowerUs / unitUs, upper, cost: 1 });
  const placement = placementColumns(builder, problem, options.upperUs);

  types.forEach((type, t) => {
    for (const d of type.devices) {
      const x = placement.column[d];
      const terms = [load, -1];
      for (let v = 0; v < n; v++)
        if (x[v] !== ABSENT) terms.push(x[v], timeUs[v * types.length + t] / unitUs);
      if (type.paysTransfers)
        for (let h = 0; h < nets.count; h++) {
          const us = nets.transferUs[h] / unitUs;
          const [sends, receives] = transferColumns(builder, problem, placement, h, d);
          terms.push(sends, us, receives, us);
        }
      builder.atMost(terms, 0);
      if (type.memoryBytes !== Number.POSITIVE_INFINITY)
        builder.atMost(
          [...x].flatMap((column, v) =>
            column === ABSENT ? [] : [column, memoryBytes[v] / type.memoryBytes],
          ),
          1,
        );
      if (options.contiguous) keepContiguous(builder, problem, placement, d);
    }
  });
  return { ...placement, program: builder.build(), unitUs };
}

/** Columns that are 1 where device d sends net h, and where it receives it. */
function transferColumns(
  builder: ProgramBuilder,
  { nets }: SplitProblem,
  placement: PlacementColumns,
  h: number,
  d: number,
): [number, number] {
  const sends = builder.real({ upper: 1 });
  const receives = builder.real({ upper: 1 });
  const owner = placement.terms(nets.owner[h], d, 1);
  for (let i = nets.pinStart[h] + 1; i < nets.pinStart[h + 1]; i++) {
    const user = placement.terms(nets.pins[i], d, -1);
    builder.atMost([...owner, ...user, sends, -1], 0);
    builder.atMost(
      [...owner, ...user].map((term, k) => (k % 2 === 1 ? -term : term)).concat(receives, -1),
      0,
    );
  }
  return [sends, receives];
}

function keepContiguous(
  builder: ProgramBuilder,
  { elements }: SplitProblem,
  placement: PlacementColumns,
  d: number,
): void {
  const z = Array.from({ length: elements.count }, () => builder.real({ upper: 1 }));
  elements.successors.forEach((list, u) => {
    builder.atLeast([z[u], 1, ...placement.terms(u, d, -1)], 0);
    for (const v of list) {
      builder.atMost([z[v], 1, z[u], -1], 0);
      builder.atMost([z[v], 1, ...placement.terms(v, d, -1), ...placement.terms(u, d, 1)], 1);
    }
  });
}
