/**
 * Random small max-load scenarios with co-location, backward ops, orphans and idle ops, and their
 * optima by trying everything.
 */
import fc from "fast-check";
import {
  colocationGrouping,
  createScenario,
  defaultFidelity,
  egressCluster,
  evaluator,
  graphBuilder,
  liftToOps,
  type OpGraph,
  placement,
  Role,
  type Scenario,
} from "../../../env/index.ts";

interface OpDraw {
  readonly us: number;
  readonly cpuUs: number;
  readonly transferUs: number;
  readonly weights: number;
  readonly backward: boolean;
  readonly colour: number | null;
  readonly cpuOnly: boolean;
  readonly inputs: readonly number[];
}

const opDraw: fc.Arbitrary<OpDraw> = fc.record({
  us: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
  ),
  cpuUs: fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) },
  ),
  transferUs: fc.integer({ min: 0, max: 6 }),
  weights: fc.integer({ min: 0, max: 4 }),
  backward: fc.boolean(),
  colour: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 })),
  cpuOnly: fc.integer({ min: 0, max: 11 }).map((draw) => draw === 0),
  inputs: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }),
});

export interface SplitDraw {
  readonly maxOps: number;
  readonly maxClasses: number;
  readonly maxAccelerators: number;
  /**
   * How much less the last accelerator may hold than the others, which makes a type of it; default
   * 0.
   */
  readonly mostLessBytes?: number;
}

/** Forward ops come before backward ones, and no edge leads from backward to forward. */
export function randomSplit({
  maxOps,
  maxClasses,
  maxAccelerators,
  mostLessBytes = 0,
}: SplitDraw): fc.Arbitrary<Scenario> {
  return fc
    .record({
      ops: fc.array(opDraw, { minLength: 1, maxLength: maxOps }),
      accelerators: fc.integer({ min: 1, max: maxAccelerators }),
      cpus: fc.integer({ min: 0, max: 1 }),
      memoryBytes: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 6, max: 14 })),
      lessBytes: mostLessBytes === 0 ? fc.constant(0) : fc.integer({ min: 0, max: mostLessBytes }),
    })
    .map(({ ops, accelerators, cpus, memoryBytes, lessBytes }) => {
      const graph = graphOf(ops, cpus > 0);
      const device = (kind: string, d: number, bytes: number) => ({
        name: `${kind}:${d}`,
        kind,
        flopsPerUs: {},
        memoryBytesPerUs: 1,
        memoryBytes: bytes,
        launchUs: 0,
      });
      const devices = [
        ...Array.from({ length: accelerators }, (_, d) =>
          device("accelerator", d, d < accelerators - 1 ? memoryBytes : memoryBytes - lessBytes),
        ),
        ...Array.from({ length: cpus }, (_, d) => device("cpu", d, Number.POSITIVE_INFINITY)),
      ];
      return createScenario({
        name: "random split",
        graph,
        grouping: colocationGrouping(graph),
        cluster: egressCluster("random", devices, { bytesPerUs: 1, latencyUs: 0 }),
        objective: "max-load",
        fidelity: defaultFidelity,
      });
    })
    .filter(({ grouping }) => grouping.groupCount <= maxClasses);
}

function graphOf(draws: readonly OpDraw[], hasCpu: boolean): OpGraph {
  const builder = graphBuilder();
  const ops = [...draws].sort((a, b) => Number(a.backward) - Number(b.backward));
  ops.forEach((op, v) => {
    builder.op({
      name: `op${v}`,
      role: op.backward ? "backward" : "forward",
      measuredUs: { accelerator: op.us, cpu: op.cpuUs },
      transferUs: op.transferUs,
      parameterBytes: op.weights,
      outputs: [1],
      ...(op.colour !== null && { colocation: `${op.colour}` }),
      ...(op.cpuOnly && hasCpu && { supportedKinds: ["cpu"] }),
    });
    for (const back of new Set(op.inputs))
      if (v - back >= 0) builder.edge({ from: `op${v - back}`, to: `op${v}` });
  });
  return builder.build();
}

/** The least value of all placements of the groups that `keep`, and null where none is feasible. */
export function leastOf(scenario: Scenario, keep: (groupDevice: Int32Array) => boolean): number | null {
  const { grouping, cluster, graph } = scenario;
  const score = evaluator(scenario);
  const supported = (g: number, d: number) =>
    grouping.groupOf.every(
      (group, v) => group !== g || (graph.supportedKinds[v]?.includes(cluster.devices[d].kind) ?? true),
    );
  const groupDevice = new Int32Array(grouping.groupCount);
  let least: number | null = null;
  const place = (g: number): void => {
    if (g === grouping.groupCount) {
      if (!keep(groupDevice)) return;
      const { value } = score.evaluate(placement(liftToOps(grouping, groupDevice)));
      if (value !== null && (least === null || value < least)) least = value;
      return;
    }
    for (let d = 0; d < cluster.devices.length; d++) {
      if (!supported(g, d)) continue;
      groupDevice[g] = d;
      place(g + 1);
    }
  };
  place(0);
  return least;
}

/**
 * Edges that order the work of groups: forward edges. For groups without forward ops these are the
 * backward edges, reversed.
 */
export function forwardEdges({ graph, grouping }: Scenario): [number, number][] {
  const isForward = (v: number) => graph.role[v] === Role.forward;
  const orphan = Array.from({ length: grouping.groupCount }, (_, g) =>
    grouping.groupOf.every((group, v) => group !== g || !isForward(v)),
  );
  const edges: [number, number][] = [];
  for (let e = 0; e < graph.edgeCount; e++) {
    const [u, v] = [graph.edgeSource[e], graph.edgeDestination[e]];
    const [a, b] = [grouping.groupOf[u], grouping.groupOf[v]];
    if (isForward(u) && isForward(v)) edges.push([a, b]);
    if (!isForward(u) && !isForward(v) && (orphan[a] || orphan[b])) edges.push([b, a]);
  }
  return edges;
}

/**
 * Can the devices be ordered so that every forward edge stays on one device or leads to a later
 * one?
 */
export function standInLine(scenario: Scenario): (groupDevice: Int32Array) => boolean {
  const edges = forwardEdges(scenario);
  const count = scenario.cluster.devices.length;
  return (groupDevice) => {
    const placed = new Set<number>();
    for (let round = 0; round < count; round++)
      for (let d = 0; d < count; d++) {
        const waits = edges.some(
          ([a, b]) => groupDevice[b] === d && groupDevice[a] !== d && !placed.has(groupDevice[a]),
        );
        if (!waits) placed.add(d);
      }
    return placed.size === count;
  };
}

/**
 * Does no forward path leave a device and come back to it? Groups on a cycle must share a device.
 */
export function neverComesBack(scenario: Scenario): (groupDevice: Int32Array) => boolean {
  const n = scenario.grouping.groupCount;
  const reaches = Array.from({ length: n }, () => new Uint8Array(n));
  for (const [a, b] of forwardEdges(scenario)) reaches[a][b] = 1;
  for (let k = 0; k < n; k++)
    for (let a = 0; a < n; a++)
      for (let b = 0; b < n; b++) if (reaches[a][k] && reaches[k][b]) reaches[a][b] = 1;
  return (groupDevice) => {
    for (let a = 0; a < n; a++)
      for (let b = 0; b < n; b++)
        for (let c = 0; c < n; c++)
          if (
            groupDevice[a] === groupDevice[c] &&
            groupDevice[a] !== groupDevice[b] &&
            reaches[a][b] &&
            reaches[b][c]
          )
            return false;
    return true;
  };
}
