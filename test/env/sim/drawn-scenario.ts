/** Random scenarios for laws: small whole numbers, so that many events fall on the same instant. */
import fc from "fast-check";
import {
  type Cluster,
  colocationGrouping,
  createScenario,
  defaultFidelity,
  type Fidelity,
  graphBuilder,
  type Placement,
  placement,
  type Scenario,
} from "../../../env/index.ts";

interface OpDraw {
  readonly us: number;
  readonly slowdown: number;
  readonly outputs: number[];
  readonly params: number;
  readonly workspace: number;
  readonly inputs: { readonly back: number; readonly port: number; readonly slice: boolean }[];
}

const opDraw: fc.Arbitrary<OpDraw> = fc.record({
  us: fc.integer({ min: 0, max: 4 }),
  slowdown: fc.integer({ min: 1, max: 3 }),
  outputs: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 2 }),
  params: fc.integer({ min: 0, max: 3 }),
  workspace: fc.constantFrom(0, 0, 0, 5),
  inputs: fc.array(
    fc.record({
      back: fc.integer({ min: 1, max: 6 }),
      port: fc.integer({ min: -1, max: 1 }),
      slice: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
});

export interface Draw {
  readonly scenario: Scenario;
  readonly plan: Placement;
}

export interface DrawOptions {
  readonly maxOps: number;
  readonly maxDevices: number;
  readonly memoryBytes?: number;
  readonly fidelity?: fc.Arbitrary<Fidelity>;
}

/** A scenario of 1..maxOps ops on 1..maxDevices devices and one plan for it. */
export function scenarioWithPlan(options: DrawOptions): fc.Arbitrary<Draw> {
  return fc
    .record({
      ops: fc.array(opDraw, { minLength: 1, maxLength: options.maxOps }),
      deviceCount: fc.integer({ min: 1, max: options.maxDevices }),
      seed: fc.array(fc.nat(), { minLength: options.maxOps, maxLength: options.maxOps }),
      shape: fc.constantFrom("egress", "pairs", "hub"),
      bytesPerUs: fc.integer({ min: 1, max: 3 }),
      latencyUs: fc.integer({ min: 0, max: 2 }),
      fidelity: options.fidelity ?? randomFidelity,
    })
    .map(({ ops, deviceCount, seed, shape, bytesPerUs, latencyUs, fidelity }) => {
      const cluster = randomCluster(deviceCount, shape, bytesPerUs, latencyUs, options.memoryBytes);
      const graph = randomGraph(ops, cluster);
      const scenario = createScenario({
        name: "random",
        graph,
        grouping: colocationGrouping(graph),
        cluster,
        objective: "makespan",
        fidelity,
      });
      return { scenario, plan: placement(ops.map((_, v) => seed[v] % deviceCount)) };
    });
}

export const randomFidelity: fc.Arbitrary<Fidelity> = fc
  .record({
    multicast: fc.constantFrom("free" as const, "per-device" as const, "per-consumer" as const),
    routing: fc.constantFrom(
      "store-and-forward" as const,
      "store-and-forward" as const,
      "cut-through" as const,
    ),
    contention: fc.constantFrom("queue" as const, "queue" as const, "none" as const, "fair" as const),
    overlap: fc.constantFrom(true, true, false),
    dispatch: fc.constantFrom("strict" as const, "ready" as const),
    inPlanOrder: fc.boolean(),
    controlEdges: fc.constantFrom("free" as const, "output-0" as const),
    pairOutputs: fc.constantFrom("all" as const, "last" as const),
    tieBreak: fc.constantFrom("id" as const, "name" as const),
    opGapUs: fc.integer({ min: 0, max: 2 }),
    transferGapUs: fc.integer({ min: 0, max: 2 }),
    startUs: fc.integer({ min: 0, max: 2 }),
    makespan: fc.constantFrom("last-op" as const, "last-event" as const),
    optimizerSlots: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ inPlanOrder, ...switches }) => ({
    ...defaultFidelity,
    ...switches,
    transferOrder: mayOrderTransfers(switches) && inPlanOrder ? ("plan" as const) : ("first-come" as const),
    name: "random",
    routing: switches.contention === "fair" ? ("cut-through" as const) : switches.routing,
    overlap: switches.multicast === "free" || switches.contention === "fair" || switches.overlap,
    dispatch:
      switches.multicast === "free" || switches.contention === "fair" || switches.overlap
        ? switches.dispatch
        : ("strict" as const),
    memory: switches.multicast === "free" ? ("outputs-only" as const) : ("training" as const),
  }));

function mayOrderTransfers({ routing, contention, overlap }: Partial<Fidelity>): boolean {
  return routing === "cut-through" && contention === "queue" && overlap === true;
}

function randomGraph(ops: readonly OpDraw[], cluster: Cluster) {
  const builder = graphBuilder();
  ops.forEach((op, v) => {
    const [fast, slow] = [...new Set(cluster.devices.map(({ kind }) => kind))];
    builder.op({
      name: `op_${v}`,
      outputs: op.outputs,
      parameterBytes: op.params,
      workspaceBytes: op.workspace,
      measuredUs: { [fast]: op.us, ...(slow !== undefined && { [slow]: op.us * op.slowdown }) },
    });
    for (const { back, port, slice } of op.inputs) {
      const source = v - back;
      if (source < 0) continue;
      const ports = ops[source].outputs;
      if (port === -1 || ports.length === 0) builder.control(`op_${source}`, `op_${v}`);
      else {
        const output = port % ports.length;
        const bytes = slice ? Math.min(1, ports[output]) : undefined;
        builder.edge({ from: `op_${source}`, to: `op_${v}`, output, bytes });
      }
    }
  });
  return builder.build();
}

function randomCluster(
  deviceCount: number,
  shape: string,
  bytesPerUs: number,
  latencyUs: number,
  memoryBytes = Number.POSITIVE_INFINITY,
): Cluster {
  const devices = Array.from({ length: deviceCount }, (_, d) => ({
    name: `d${d}`,
    kind: d === 1 ? "slow" : "fast",
    flopsPerUs: { float32: 1 },
    memoryBytesPerUs: 1,
    memoryBytes,
    launchUs: 0,
  }));
  const all = devices.map((_, d) => d);
  const link = (name: string) => ({ name, bytesPerUs, latencyUs });
  const table = (route: (from: number, to: number) => number[]) =>
    all.map((from) => all.map((to) => (from === to ? [] : route(from, to))));
  if (shape === "egress")
    return {
      name: shape,
      devices,
      links: all.map((d) => link(`d${d} out`)),
      routes: table((from) => [from]),
    };
  if (shape === "pairs")
    return {
      name: shape,
      devices,
      links: all.flatMap((from) => all.map((to) => link(`d${from}-d${to}`))),
      routes: table((from, to) => [from * deviceCount + to]),
    };
  return {
    name: shape,
    devices,
    links: [...all.map((d) => link(`up ${d}`)), link("hub"), ...all.map((d) => link(`down ${d}`))],
    routes: table((from, to) => [from, deviceCount, deviceCount + 1 + to]),
  };
}
