/**
 * The families of graphs on which learning is judged (scenarios/families), on plain clusters. These
 * have equal K80 dies with one outgoing port each, and a slow CPU where asked for.
 */
import {
  colocationGrouping,
  createScenario,
  type Device,
  defaultFidelity,
  egressCluster,
  type Scenario,
} from "../../../env/index.ts";
import { deviceOf, families, memberGraph, withCommunication } from "../../../scenarios/index.ts";

export type Family = "inception" | "nmt" | "enas-cifar";

export interface Workload {
  readonly family: Family;
  readonly gpus: number;
  /** A host CPU, 20 times slower, as last device. */
  readonly cpu?: boolean;
  /** Total transfer time over total compute time; default the family's own. */
  readonly communication?: number;
  /** Number of the member in the training split. */
  readonly member?: number;
  /** Bytes on each GPU; default no limit. */
  readonly memoryBytes?: number;
}

const SLOWDOWN = 20;
const port = { bytesPerUs: 7_600, latencyUs: 25 };

export function workload({
  family: name,
  gpus,
  cpu = false,
  communication,
  member = 0,
  memoryBytes = Number.POSITIVE_INFINITY,
}: Workload): Scenario {
  const family = families.find((candidate) => candidate.name === name)!;
  const die = deviceOf("K80", "die");
  const devices: Device[] = Array.from({ length: gpus }, (_, d) => ({
    ...die,
    name: `gpu:${d}`,
    memoryBytes,
  }));
  const cluster = egressCluster("test", cpu ? [...devices, slowed(die)] : devices, port);
  const plain = memberGraph(family, "train", member);
  const graph = communication === undefined ? plain : withCommunication(plain, cluster, communication);
  return createScenario({
    name: `${name}/${gpus} GPU${cpu ? " + CPU" : ""}`,
    graph,
    grouping: colocationGrouping(graph),
    cluster,
    objective: "makespan",
    fidelity: { ...defaultFidelity, optimizerSlots: 0 },
  });
}

function slowed(die: Device): Device {
  const flopsPerUs = Object.fromEntries(
    Object.entries(die.flopsPerUs).map(([dtype, speed]) => [dtype, speed / SLOWDOWN]),
  );
  return { ...die, name: "cpu:0", kind: "CPU", flopsPerUs, memoryBytes: Number.POSITIVE_INFINITY };
}
