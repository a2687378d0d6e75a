/** Scenarios small enough to try many pipelines on, one for each difficulty that one may miss. */
import { type Objective, parseGraph, type Scenario, testScenario } from "../../../env/index.ts";

/** A training step of a chain: times of the forward passes, backward passes take twice as long. */
export function trainingChain(
  forwardUs: readonly number[],
  { bytes = 40, params = 50, host = false }: { bytes?: number; params?: number; host?: boolean } = {},
): string {
  const last = forwardUs.length - 1;
  const kind = host ? "GPU:" : "";
  const forwards = forwardUs.map((us, v) => {
    const input = v > 0 ? ` <- f${v - 1}` : host ? " <- read" : "";
    return `f${v} ${kind}${us} ${bytes}B params=${params} group=g${v}${input}`;
  });
  const backwards = forwardUs.map((_, i) => {
    const v = last - i;
    const inputs = v === last ? `f${v}` : `b${v + 1} f${v}`;
    return `b${v} ${kind}${2 * forwardUs[v]} ${bytes}B role=backward twin=f${v} group=g${v} <- ${inputs}`;
  });
  const updates = forwardUs.map((_, v) => `u${v} ${kind}1 role=update twin=f${v} group=g${v} <- ^b${v}`);
  const read = host ? ["read CPU:2 30B kinds=CPU"] : [];
  return [...read, ...forwards, ...backwards, ...updates].join("\n");
}

const withBatch = (text: string, batch: number) => ({ ...parseGraph(text), batch });

export const tinyPipelines: readonly Scenario[] = [
  testScenario({
    name: "one layer",
    graph: withBatch(trainingChain([10]), 4),
    devices: 1,
    objective: "iteration",
  }),
  testScenario({
    name: "more devices than layers",
    graph: withBatch(trainingChain([10, 20]), 8),
    devices: 4,
    objective: "iteration",
  }),
  testScenario({
    name: "uneven chain",
    graph: withBatch(trainingChain([10, 40, 10, 10, 30, 20]), 8),
    devices: 3,
    objective: "throughput" as Objective,
  }),
  testScenario({
    name: "no backward pass",
    graph: withBatch("a 10 8B\nb 20 8B <- a\nc 30 8B <- b\nd 5 <- c", 6),
    objective: "iteration",
  }),
  testScenario({
    name: "branches",
    graph: "in 1 20B\na 40 20B <- in\nb 50 20B <- in\nc 20 20B <- a\nd 10 20B <- b\nout 1 <- c d",
    devices: 3,
    objective: "iteration",
  }),
  testScenario({
    name: "inputs of a host",
    graph: withBatch(trainingChain([20, 20, 20, 20], { host: true }), 4),
    devices: ["GPU", "GPU", "CPU"],
    objective: "iteration",
  }),
  testScenario({
    name: "slow links",
    graph: withBatch(trainingChain([10, 10, 10], { bytes: 400 }), 8),
    bytesPerUs: 1,
    latencyUs: 5,
    objective: "iteration",
  }),
  testScenario({
    name: "layers without work",
    graph: trainingChain([0, 0, 10, 0]),
    objective: "iteration",
  }),
];

/** All weights fit two devices, but not all activations of all layers. */
export const tightPipeline = testScenario({
  name: "tight memory",
  graph: withBatch(trainingChain([10, 10, 10, 10], { bytes: 80, params: 10 }), 8),
  memoryBytes: 200,
  objective: "iteration",
});
