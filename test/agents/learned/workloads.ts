/**
 * Small grouped graphs of three shapes on which learning is judged: inception-like blocks, an unrolled NMT grid, ENAS-like
 * random cells. All transfers together take `communication` times as long as all compute.
 */
import {
  colocationGrouping,
  createRng,
  createScenario,
  defaultFidelity,
  egressCluster,
  graphBuilder,
  type OpGraph,
  type Rng,
  type Scenario,
} from "../../../env/index.ts";

export type Family = "inception" | "nmt" | "enas";

export interface Workload {
  readonly family: Family;
  readonly gpus: number;
  /** A host CPU, 20 times slower, as last device. */
  readonly cpu?: boolean;
  /** Total transfer time over total compute time; default 0.5. */
  readonly communication?: number;
  readonly seed?: number;
  /** Bytes on each GPU; default no limit. */
  readonly memoryBytes?: number;
}

interface Shape {
  readonly us: number[];
  readonly edges: [number, number][];
}

const SLOWDOWN = 20;
const BYTES_PER_US = 1000;

export function workload({
  family,
  gpus,
  cpu = false,
  communication = 0.5,
  seed = 0,
  memoryBytes = Number.POSITIVE_INFINITY,
}: Workload): Scenario {
  const shape = shapes[family](createRng(`${family}/${seed}`));
  const graph = build(shape, communication);
  const device = (kind: string, d: number) => ({
    name: `${kind}:${d}`,
    kind,
    flopsPerUs: { float32: 1 },
    memoryBytesPerUs: 1,
    memoryBytes: kind === "CPU" ? Number.POSITIVE_INFINITY : memoryBytes,
    launchUs: 0,
  });
  const devices = Array.from({ length: gpus }, (_, d) => device("GPU", d));
  if (cpu) devices.push(device("CPU", gpus));
  return createScenario({
    name: `${family}/${gpus} GPU${cpu ? " + CPU" : ""}`,
    graph,
    grouping: colocationGrouping(graph),
    cluster: egressCluster("test", devices, { bytesPerUs: BYTES_PER_US, latencyUs: 0 }),
    objective: "makespan",
    fidelity: { ...defaultFidelity, optimizerSlots: 0 },
  });
}

function build({ us, edges }: Shape, communication: number): OpGraph {
  const computeUs = us.reduce((a, b) => a + b, 0);
  const bytes = Math.round((communication * computeUs * BYTES_PER_US) / edges.length);
  const builder = graphBuilder();
  us.forEach((time, v) => {
    builder.op({
      name: `op${v}`,
      measuredUs: { GPU: time, CPU: time * SLOWDOWN },
      outputs: [bytes],
      parameterBytes: bytes,
    });
  });
  for (const [from, to] of edges) builder.edge({ from: `op${from}`, to: `op${to}` });
  return builder.build();
}

const shapes: Readonly<Record<Family, (rng: Rng) => Shape>> = {
  inception(rng) {
    const us: number[] = [];
    const edges: [number, number][] = [];
    const op = (...inputs: number[]) => {
      for (const input of inputs) edges.push([input, us.length]);
      return us.push(Math.round(100 + 300 * rng.next())) - 1;
    };
    let last = op();
    for (let block = 0; block < 9; block++) {
      const start = last;
      const branches = [1, 2, 3, 1].map((length) => {
        let v = start;
        for (let i = 0; i < length; i++) v = op(v);
        return v;
      });
      last = op(...branches);
    }
    return { us, edges };
  },
  nmt(rng) {
    const us: number[] = [];
    const edges: [number, number][] = [];
    const layers = 4;
    const steps = 16;
    for (let layer = 0; layer < layers; layer++)
      for (let step = 0; step < steps; step++) {
        const v = us.push(Math.round(200 + 100 * rng.next())) - 1;
        if (layer > 0) edges.push([v - steps, v]);
        if (step > 0) edges.push([v - 1, v]);
      }
    return { us, edges };
  },
  enas(rng) {
    const us: number[] = [];
    const edges: [number, number][] = [];
    let inputs = [us.push(200) - 1, us.push(200) - 1];
    for (let cell = 0; cell < 6; cell++) {
      const nodes = [...inputs];
      const used = new Set<number>();
      for (let node = 0; node < 10; node++) {
        const v = us.push(Math.round(50 + 400 * rng.next())) - 1;
        const from = new Set([nodes[rng.int(nodes.length)], nodes[rng.int(nodes.length)]]);
        for (const input of from) {
          edges.push([input, v]);
          used.add(input);
        }
        nodes.push(v);
      }
      const out = us.push(100) - 1;
      for (const v of nodes.slice(2)) if (!used.has(v)) edges.push([v, out]);
      inputs = [inputs[1], out];
    }
    return { us, edges };
  },
};
