/**
 * The integer program for max load of Tarnawski et al. (NeurIPS 2020).
 *
 * x[v,d] is 1 if element v is on device d. M is minimised. Loads are at most M; the weights of the
 * elements on a device are at most its memory.
 *
 * Transfers of an accelerator d, for net h with owner u and every other element v of it:
 *
 *   out[h,d] >= x[u,d] - x[v,d]
 *   in[h,d]  >= x[v,d] - x[u,d]
 *
 * At whole x they are 1 exactly if d sends or receives h.
 *
 * Contiguity: z[v,d] >= x[v,d], and for every forward edge u -> v
 *
 *   z[v,d] <= z[u,d]
 *   z[v,d] <= x[v,d] - x[u,d] + 1
 *
 * Such a z exists exactly if no forward path leaves d and comes back. The dynamic program over
 * ideals asks a little more: it passes each device once, in one topological order. So this
 * program's optimum is at most that of the program over ideals.
 *
 * Devices of one type are interchangeable; they are ordered by their first element.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { negated, type ProgramBuilder, programBuilder } from "../../solver/linear-program.ts";
import {
  type PlacementColumns,
  type PlacementProgram,
  placementColumns,
  scaleBy,
} from "./placement-program.ts";

export interface MaxLoadProgramOptions {
  readonly contiguous: boolean;
  /** Max load of a known plan: worse plans are cut off. */
  readonly upperUs: number;
  /** A known lower bound. */
  readonly lowerUs: number;
}

export function maxLoadProgram(problem: SplitProblem, options: MaxLoadProgramOptions): PlacementProgram {
  const { types, timeUs, memoryBytes, nets } = problem;
  const { unitUs, upper } = scaleBy(options.upperUs);
  const builder = programBuilder();
  const load = builder.real({ lower: options.lowerUs / unitUs, upper, cost: 1 });
  const placement = placementColumns(builder, problem, options.upperUs);

  types.forEach((type, t) => {
    for (const d of type.devices) {
      const runs = placement.overElements(d, (v) => timeUs[v * types.length + t] / unitUs);
      const terms = [load, -1, ...runs];
      if (type.paysTransfers)
        for (let h = 0; h < nets.count; h++) {
          const us = nets.transferUs[h] / unitUs;
          const [sends, receives] = transferColumns(builder, problem, placement, h, d);
          terms.push(sends, us, receives, us);
        }
      builder.atMost(terms, 0);
      if (type.memoryBytes !== Number.POSITIVE_INFINITY)
        builder.atMost(
          placement.overElements(d, (v) => memoryBytes[v] / type.memoryBytes),
          1,
        );
      if (options.contiguous) keepContiguous(builder, problem, placement, d);
    }
  });
  return { ...placement, program: builder.build(), unitUs };
}

/** Columns that are 1 if device d sends net h, and if it receives it. */
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
    builder.atMost([...negated([...owner, ...user]), receives, -1], 0);
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
