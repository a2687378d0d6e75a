/**
 * How hard a scenario is: step times of six methods over max(longest compute path, total work /
 * total speed). These are the columns of the study that the learning thresholds were set on
 * (../shared/calibration.md). Its figures are repeated here as the reference.
 */
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered, runTimesUs, type Scenario } from "../../../env/index.ts";

export const EVALUATIONS = 3000;

export const columns = ["1 device", "EFT list", "best random", "hill climb", "REINFORCE", "MCMC"] as const;
export type Column = (typeof columns)[number];
/** The columns that a family is tuned on. */
export const tuned: readonly Column[] = ["best random", "hill climb"];

export interface ReferenceRow {
  readonly family: string;
  readonly devices: 2 | 4;
  readonly study: string;
  readonly ratios: Readonly<Record<Column, number>>;
}

type Study = "inception-like" | "NMT grid" | "ENAS-like";

/** Figures on 2 and on 4 devices, in the order of the columns. */
const study: Readonly<Record<Study, readonly [readonly number[], readonly number[]]>> = {
  "inception-like": [
    [2.0, 1.277, 1.379, 1.233, 1.211, 1.196],
    [2.37, 1.367, 1.527, 1.213, 1.247, 1.208],
  ],
  "NMT grid": [
    [2.0, 1.097, 1.137, 1.085, 1.071, 1.074],
    [3.196, 1.411, 1.604, 1.228, 1.313, 1.277],
  ],
  "ENAS-like": [
    [2.0, 1.128, 1.194, 1.078, 1.052, 1.048],
    [3.061, 1.274, 1.527, 1.174, 1.24, 1.19],
  ],
};

/**
 * The row that each family is tuned to; generated families to the row with the most similar
 * parallelism.
 */
const studyOf: Readonly<Record<string, Study>> = {
  "enas-cifar": "ENAS-like",
  "enas-ptb": "ENAS-like",
  nmt: "NMT grid",
  inception: "inception-like",
  layered: "NMT grid",
  "series-parallel": "inception-like",
  regal: "NMT grid",
};

export const referenceRows: readonly ReferenceRow[] = Object.entries(studyOf).flatMap(([family, name]) =>
  ([2, 4] as const).map((devices, i) => ({
    family,
    devices,
    study: name,
    ratios: Object.fromEntries(columns.map((column, c) => [column, study[name][i][c]])) as Record<
      Column,
      number
    >,
  })),
);

/**
 * The methods of each column. Of several methods the best result counts, chosen afterwards as in
 * the study.
 */
const methods: Readonly<Record<Column, readonly string[]>> = {
  "1 device": ["single-device"],
  "EFT list": ["heft?variants=placement"],
  "best random": ["random"],
  "hill climb": ["hill-climb"],
  REINFORCE: ["reinforce"],
  MCMC: [10, 30, 100, 300].map(
    (beta) => `mcmc?beta=${beta}&start=single-device&proposals=other&restarts=false&resets=true`,
  ),
};

/** Mean of step time over bound, over scenarios and seeds. */
export async function difficulty(
  column: Column,
  scenarios: readonly Scenario[],
  seeds: readonly number[],
): Promise<number> {
  let sum = 0;
  for (const scenario of scenarios)
    for (const seed of seeds) {
      const costs: number[] = [];
      for (const spec of methods[column]) costs.push(await bestCost(spec, scenario, seed));
      sum += Math.min(...costs) / plainBoundUs(scenario);
    }
  return sum / (scenarios.length * seeds.length);
}

async function bestCost(spec: string, scenario: Scenario, seed: number): Promise<number> {
  const { module, options } = await resolveMethod(spec);
  const meter = metered(evaluator(scenario), { evaluations: EVALUATIONS });
  const { best } = await runMethod({ module, options, scenario, meter, rng: createRng(seed) });
  return best!.outcome.cost;
}

/**
 * The larger of the longest compute path and the mean work of a device, with every op on its
 * fastest device.
 */
export function plainBoundUs({ graph, cluster }: Scenario): number {
  const deviceCount = cluster.devices.length;
  const times = runTimesUs(graph, cluster);
  const endUs = new Float64Array(graph.opCount);
  let workUs = 0;
  for (const v of graph.topologicalOrder) {
    const us = Math.min(...times.subarray(v * deviceCount, (v + 1) * deviceCount));
    workUs += us;
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++)
      endUs[v] = Math.max(endUs[v], endUs[graph.edgeSource[e]]);
    endUs[v] += us;
  }
  return Math.max(
    workUs / deviceCount,
    endUs.reduce((a, b) => Math.max(a, b)),
  );
}
