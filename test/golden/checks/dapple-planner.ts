/**
 * Checks rows of dapple-planner.json: the plans and scores of the released DAPPLE planner. Stages
 * and devices are compared where the file says that they were the same in all runs. Of device sets
 * with equal scores the released planner takes any, so that each of them is equal.
 */
import { deviceSet, releasedLinks } from "../../../agents/exact/stages/dapple/machines.ts";
import {
  bestReleased,
  type ReleasedPlan,
  releasedPlans,
} from "../../../agents/exact/stages/dapple/released-planner.ts";
import {
  type DappleCase,
  type DappleProfile,
  dataParallelSpeedup,
  type ReleasedStage,
} from "../../../agents/exact/stages/dapple/released-score.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

interface GoldenProfile {
  readonly states: number | readonly unknown[];
  readonly cumCompute: readonly number[];
  readonly cumParameters: readonly number[];
  readonly outputActivation: readonly number[];
  readonly predecessors?: readonly (readonly number[])[];
}

type GoldenStage = readonly [number, number, number, readonly number[]];

interface GoldenPlan {
  readonly kind: ReleasedPlan["kind"];
  readonly size: number | null;
  readonly rp: number;
  readonly speedup: number;
  readonly stages?: readonly GoldenStage[];
}

interface GoldenRow {
  readonly profile: string;
  readonly seps: readonly number[];
  readonly pbs: number;
  readonly gbs: number;
  readonly mbs: number;
  readonly dpSpeedup: number;
  readonly best: GoldenPlan;
  readonly plans: readonly GoldenPlan[];
  readonly runs: number;
  readonly stable: "all" | "speedups" | "best" | "none";
}

interface GoldenFile {
  readonly profiles: Readonly<Record<string, GoldenProfile>>;
  readonly rows: readonly GoldenRow[];
}

export const dapplePlanner: GoldenCheck = {
  name: "dapple-planner",
  tolerance: 1e-9,
  *compare(content) {
    const { profiles, rows } = content as GoldenFile;
    for (const [i, row] of rows.entries()) yield* compareRow(i, row, profileOf(profiles[row.profile]));
  },
};

function* compareRow(i: number, row: GoldenRow, profile: DappleProfile): Generator<Compared> {
  const name = `${i}: ${row.profile} on ${row.seps.join(",")} with batch ${row.gbs}`;
  const given: DappleCase = {
    profile,
    batch: { profiled: row.pbs, batch: row.gbs, microBatch: row.mbs },
    links: releasedLinks,
    ends: row.seps,
  };
  const all = deviceSet([...Array(row.seps[row.seps.length - 1]).keys()], row.seps);
  yield { row: name, expected: row.dpSpeedup, found: dataParallelSpeedup(given, all) };
  if (row.stable === "none") return;
  const plans = releasedPlans(given);
  const best = bestReleased(plans)!;
  yield { row: name, expected: row.best.speedup, found: best.speedup };
  if (row.stable === "best") return;
  for (const golden of row.plans) {
    const found = plans.find((plan) => plan.kind === golden.kind && plan.size === golden.size);
    yield* comparePlan(name, row, golden, found ?? null);
  }
  yield* comparePlan(name, row, row.best, best);
}

function* comparePlan(
  name: string,
  { stable }: GoldenRow,
  golden: GoldenPlan,
  found: ReleasedPlan | null,
): Generator<Compared> {
  yield { row: name, expected: golden.speedup, found: found?.speedup ?? Number.NaN };
  if (stable !== "all" || golden.stages === undefined) return;
  const expected = textOf(golden, golden.stages);
  const texts = found === null ? [] : [found.stages, ...found.tied].map((of) => textOf(golden, tuplesOf(of)));
  yield { row: name, expected, found: texts.find((text) => text === expected) ?? texts[0] ?? "no plan" };
}

const textOf = ({ kind, size, rp }: GoldenPlan, stages: readonly GoldenStage[]): string =>
  JSON.stringify({ kind, size, rp, stages });

const tuplesOf = (stages: readonly ReleasedStage[]): GoldenStage[] =>
  stages.map(({ first, last, replicas, on }) => [first, last, replicas, on.devices]);

/** BERT-48 on two machines of 8 devices, batch 64 in micro-batches of 2. */
export const bert48 = (content: unknown): DappleCase => ({
  profile: profileOf((content as GoldenFile).profiles["bert-48-pbs-2"]),
  batch: { profiled: 2, batch: 64, microBatch: 2 },
  links: releasedLinks,
  ends: [8, 16],
});

function profileOf(golden: GoldenProfile): DappleProfile {
  const count = golden.cumCompute.length;
  return {
    count,
    time: Float64Array.from(golden.cumCompute),
    weightBytes: Float64Array.from(golden.cumParameters),
    outputBytes: Float64Array.from(golden.outputActivation),
    predecessors: golden.predecessors ?? Array.from({ length: count }, (_, j) => [...Array(j).keys()]),
  };
}
