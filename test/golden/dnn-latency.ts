/**
 * The public results of dnn-partitioning on its latency workloads, and how to score their splits.
 * Only where ../shared is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluator, type Objective, placement, type Scenario } from "../../env/index.ts";
import { importFile } from "../../scenarios/index.ts";
import { sharedPath } from "../shared-folder.ts";

export type Ids = readonly (readonly number[])[];

export interface LatencyRow {
  readonly workload: string;
  readonly greedy: { readonly totalLatency: number; readonly accelerators: Ids };
  readonly expertSplit: { readonly latency3: number; readonly exceedsMemory: boolean } | null;
  readonly maxLoadDpSplit: {
    readonly maxLoad: number;
    readonly latency3: number;
    readonly exceedsMemory: boolean;
    readonly accelerators: Ids;
    readonly cpus: Ids;
  } | null;
  readonly throughputDpSplit?: { readonly latency3: number; readonly exceedsMemory: boolean };
}

const data = sharedPath("data", "dnn-partitioning");
const golden = sharedPath("golden", "dnn-partitioning.json");
const absent = data === null || golden === null;
const file = absent ? { latency: [], throughput: [] } : JSON.parse(readFileSync(golden, "utf8"));

/** Empty where the files are not here. */
export const latencyRows: readonly LatencyRow[] = file.latency;

/** Accelerators of the expert's split. */
export function expertSplitOf(workload: string): Ids {
  const name = `${workload.split("/")[1]}_expert.json`;
  const { fpgas } = JSON.parse(readFileSync(join(data!, "human-experts", name), "utf8"));
  return fpgas.map(({ nodes }: { nodes: number[] }) => nodes);
}

/** Accelerators of the optimum for throughput of the same network. */
export function throughputSplitOf(workload: string): Ids {
  const row = file.throughput.find((other: LatencyRow) => other.workload === workload);
  return row.optimalContiguousDp.accelerators.map(({ nodes }: { nodes: number[] }) => nodes);
}

interface ScoreOptions {
  readonly objective?: Objective;
  readonly cpus?: Ids;
  readonly memoryBytes?: number;
}

export function score(
  workload: string,
  accelerators: Ids,
  { objective = "latency", cpus = [], memoryBytes }: ScoreOptions = {},
) {
  const scenario = scenarioOf(workload, objective, memoryBytes, accelerators.length);
  return evaluator(scenario).evaluate(placement(devicesOf(workload, scenario, accelerators, cpus)));
}

/**
 * With as many accelerators as the split needs: the expert's split of bert24 uses one more than the
 * file has.
 */
export function scenarioOf(
  workload: string,
  objective: Objective,
  memoryBytes?: number,
  accelerators = 0,
): Scenario {
  const json = JSON.parse(text(workload));
  const enough = { ...json, maxFPGAs: Math.max(json.maxFPGAs, accelerators) };
  const { scenario } = importFile(JSON.stringify(enough), workload);
  const devices = scenario.cluster.devices.map((device) => ({
    ...device,
    memoryBytes: memoryBytes ?? device.memoryBytes,
  }));
  return { ...scenario, cluster: { ...scenario.cluster, devices }, objective };
}

/** Splits name nodes by id; unnamed nodes are on the first CPU. */
export function devicesOf(workload: string, { cluster }: Scenario, accelerators: Ids, cpus: Ids): Int32Array {
  const firstCpu = cluster.devices.findIndex(({ kind }) => kind === "cpu");
  const deviceOf = new Map([
    ...accelerators.flatMap((ids, d) => ids.map((id) => [id, d] as const)),
    ...cpus.flatMap((ids, c) => ids.map((id) => [id, firstCpu + c] as const)),
  ]);
  const { nodes } = JSON.parse(text(workload)) as { nodes: { id: number }[] };
  return Int32Array.from(nodes, ({ id }) => deviceOf.get(id) ?? firstCpu);
}

const text = (workload: string) => readFileSync(join(data!, "latency-inputs", `${workload}.json`), "utf8");
