/** alpa-interop: small inter-operator problems with every plan tried. Compared are latencies. */
import { submeshPlan } from "../../../agents/exact/stages/alpa/submesh-stages.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface Row {
  readonly hosts: number;
  readonly devicesPerHost: number;
  readonly layers: number;
  readonly microBatches: number;
  readonly submeshes: readonly (readonly [number, number])[];
  /** By first layer, last layer and submesh. */
  readonly cost: readonly (readonly (readonly (number | null)[] | null)[])[];
  readonly maxSucceeding?: readonly (readonly (readonly number[] | null)[])[];
  readonly optimum: {
    readonly latency: number;
    readonly stages: readonly { readonly first: number; readonly last: number; readonly submesh: number }[];
  } | null;
}

export const alpaInterop: GoldenCheck = {
  name: "alpa-interop",
  tolerance: 1e-9,
  *compare(content) {
    for (const [number, row] of (content as { rows: readonly Row[] }).rows.entries())
      yield* comparedRow(`row ${number}`, row);
  },
};

function* comparedRow(row: string, golden: Row): Iterable<Compared> {
  const { layers, microBatches, cost, maxSucceeding, optimum } = golden;
  const timeOf = (first: number, last: number, shape: number) => cost[first][last]?.[shape] ?? null;
  const plan = submeshPlan({
    layers,
    microBatches,
    devices: golden.hosts * golden.devicesPerHost,
    sizes: golden.submeshes.map(([hosts, devices]) => hosts * devices),
    timeOf,
    ...(maxSucceeding === undefined
      ? {}
      : { mostAfter: (first, last, shape) => maxSucceeding[first][last]![shape] }),
  });
  yield { row, expected: optimum?.latency ?? -1, found: plan?.latency ?? -1 };
  if (plan === null) return;
  const times = plan.stages.map(({ first, last, shape }) => timeOf(first, last, shape)!);
  const latency = times.reduce((sum, time) => sum + time, 0) + (microBatches - 1) * Math.max(...times);
  yield { row, expected: plan.latency, found: latency };
}
