/**
 * How the simulator grows, network by network: ns of CPU time per op on layered graphs of 1,000 to
 * 100,000 ops with 64 devices. Then the peak memory of the process, and what two worker threads
 * gain over one.
 *
 *     npx tsx test/bench/size.ts
 */
import { performance } from "node:perf_hooks";
import {
  createRng,
  graphBuilder,
  type OpGraph,
  placement,
  testScenario,
  withNetwork,
} from "../../env/index.ts";
import { compile } from "../../env/sim/engine/compile.ts";
import { createEngine } from "../../env/sim/engine/engine.ts";
import { createParallelEngine } from "../../env/sim/engine/parallel.ts";

const DEVICES = 64;
const SIZES = [1_000, 10_000, 100_000];
const NETWORKS = ["link-queue", "sender-queue", "half-duplex", "fair"];
/** Ops of a layer; each reads two of the layer before. */
const WIDTH = 200;
const ROUNDS = 5;

function layered(ops: number): OpGraph {
  const rng = createRng(ops);
  const builder = graphBuilder();
  for (let v = 0; v < ops; v++) {
    builder.op({
      name: `op${v}`,
      type: "Synthetic",
      measuredUs: { GPU: 1 + rng.int(50) },
      outputs: [1 + rng.int(400)],
    });
    const layer = v - (v % WIDTH);
    if (layer > 0)
      for (const from of new Set([rng.int(WIDTH), rng.int(WIDTH)]))
        builder.edge({ from: `op${layer - WIDTH + from}`, to: `op${v}` });
  }
  return builder.build();
}

function randomPlans(ops: number, count: number) {
  const rng = createRng(1);
  return Array.from({ length: count }, () => placement(Array.from({ length: ops }, () => rng.int(DEVICES))));
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

function nsPerOp(network: string, graph: OpGraph): number {
  const engine = createEngine(compile(withNetwork(testScenario({ graph, devices: DEVICES }), network)));
  const [plan] = randomPlans(graph.opCount, 1);
  const repeats = network === "fair" ? 1 : Math.ceil(SIZES[2] / graph.opCount);
  const rounds = Array.from({ length: network === "fair" ? 1 : ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < repeats; i++) engine.run(plan.device);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / (repeats * graph.opCount);
  });
  return median(rounds);
}

async function workerGain(graph: OpGraph): Promise<string> {
  const compiled = compile(withNetwork(testScenario({ graph, devices: DEVICES }), "link-queue"));
  const devices = randomPlans(graph.opCount, 200).map(({ device }) => device);
  const [one, two] = [createParallelEngine(compiled, 1), createParallelEngine(compiled, 2)];
  const gains: number[] = [];
  let equal = true;
  for (let round = 0; round <= ROUNDS; round++) {
    const times: number[] = [];
    const results: Float64Array[] = [];
    for (const engine of [one, two]) {
      const started = performance.now();
      results.push(await engine.runBatch(devices));
      times.push(performance.now() - started);
    }
    equal &&= results[0].every((us, i) => us === results[1][i]);
    if (round > 0) gains.push(times[0] / times[1]);
  }
  await one.close();
  await two.close();
  const [least, most] = [Math.min(...gains), Math.max(...gains)];
  return `two workers: ${median(gains).toFixed(2)} times one (${least.toFixed(2)} to ${most.toFixed(2)}), results ${equal ? "equal" : "NOT EQUAL"}`;
}

const graphs = SIZES.map(layered);
console.log(
  "network".padEnd(16) +
    SIZES.map((ops) => `${ops.toLocaleString("en-US")} ops`.padStart(14)).join("") +
    "   ns per op",
);
for (const network of NETWORKS)
  console.log(
    network.padEnd(16) + graphs.map((graph) => nsPerOp(network, graph).toFixed(0).padStart(14)).join(""),
  );
console.log(`peak memory of the process ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
console.log(await workerGain(graphs[0]));
