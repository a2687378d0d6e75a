/**
 * The public results of dnn-partitioning on its throughput workloads, and ours beside them. Only
 * where ../shared is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countIdeals } from "../../agents/exact/ideals/all-ideals.ts";
import { idealsDp } from "../../agents/planners/placement/exact/ideals-dp.ts";
import { evaluator, placement, type Scenario } from "../../env/index.ts";
import { contract } from "../../env/model/layers/elements.ts";
import { importFile } from "../../scenarios/index.ts";
import { runPlanner } from "../agents/planners/run-planner.ts";
import { sharedPath } from "../shared-folder.ts";

interface Part {
  readonly load: number;
  readonly nodes: readonly number[];
}

export interface ThroughputRow {
  readonly workload: string;
  readonly forwardNodesAfterMerging: number;
  readonly ideals: number;
  readonly optimalContiguousDp: {
    readonly maxLoad: number;
    readonly accelerators: readonly Part[];
    readonly cpus: readonly Part[];
  } | null;
  readonly oneDevice: number;
  readonly expert: { readonly maxLoad: number; readonly split: string } | null;
}

const data = sharedPath("data", "dnn-partitioning");
const golden = sharedPath("golden", "dnn-partitioning.json");

/** Empty where the files are not here. */
export const throughputRows: readonly ThroughputRow[] =
  data === null || golden === null ? [] : JSON.parse(readFileSync(golden, "utf8")).throughput;

const text = (...parts: string[]) => readFileSync(join(data!, ...parts), "utf8");

export const scenarioOf = (workload: string): Scenario =>
  importFile(text("throughput-inputs", `${workload}.json`), workload).scenario;

export const US_PER_MS = 1000;

/**
 * The independent exact search of the sheet. The reference program was not run to its end on this
 * file.
 */
const SEARCHED_MS = new Map([["LayerGraphs/inceptionv3_training", 122.761616]]);

export const optimumMs = ({ workload, optimalContiguousDp }: ThroughputRow): number =>
  optimalContiguousDp?.maxLoad ?? SEARCHED_MS.get(workload)!;

/** Load of the first accelerator with everything on it; as published, memory is ignored. */
export function oneDeviceUs(workload: string): number {
  const scenario = scenarioOf(workload);
  const devices = scenario.cluster.devices.map((device) => ({ ...device, memoryBytes: Infinity }));
  const unlimited: Scenario = { ...scenario, cluster: { ...scenario.cluster, devices } };
  return evaluator(unlimited).evaluate(placement(new Int32Array(scenario.graph.opCount))).value!;
}

export function expertUs(workload: string, split: string): number {
  const scenario = scenarioOf(workload);
  return evaluator(scenario).evaluate(placement(expertDevices(scenario, workload, split))).value!;
}

export function idealsOf(workload: string): { readonly elements: number; readonly ideals: number | null } {
  const elements = contract(scenarioOf(workload));
  return { elements: elements.count, ideals: countIdeals(elements, 100_000) };
}

export const solvedByIdeals = (workload: string) => runPlanner(idealsDp, scenarioOf(workload));

export const idsOf = (workload: string): number[] =>
  JSON.parse(text("throughput-inputs", `${workload}.json`)).nodes.map(({ id }: { id: number }) => id);

/** Nodes that the split leaves out go with their class. */
function expertDevices(scenario: Scenario, workload: string, split: string): Int32Array {
  const ids = idsOf(workload);
  const { fpgas } = JSON.parse(text("human-experts", split)) as { fpgas: { nodes: number[] }[] };
  const given = new Map(fpgas.flatMap(({ nodes }, d) => nodes.map((id) => [id, d] as const)));
  const { colocation } = scenario.graph;
  const deviceOfClass = new Map(
    ids.flatMap((id, v) => (given.has(id) ? [[colocation[v], given.get(id)!]] : [])),
  );
  return Int32Array.from(ids, (id, v) => given.get(id) ?? deviceOfClass.get(colocation[v])!);
}
