/** Training steps of chains of layers for tests of pipeline planners, on equal devices. */
import { parseGraph, type Scenario, testScenario } from "../../../../env/index.ts";

export interface TrainingStep {
  /** Of the whole batch; backward passes take twice as long. */
  readonly forwardUs: readonly number[];
  readonly devices: number | readonly string[];
  readonly batch: number;
  /** Activations of the whole batch that each layer keeps for its backward pass. */
  readonly keptBytes?: number;
  /** Sent to the next layer, and back as a gradient. */
  readonly sentBytes?: number;
  /** Of each layer, or of all alike. */
  readonly weightBytes?: number | readonly number[];
  readonly memoryBytes?: number;
  /** By default so many that transfers are free. */
  readonly bytesPerUs?: number;
}

export function trainingStep(step: TrainingStep): Scenario {
  const { forwardUs, devices, batch, keptBytes = 0, sentBytes = 8, weightBytes = 0 } = step;
  const last = forwardUs.length - 1;
  const weightOf = (v: number) => (typeof weightBytes === "number" ? weightBytes : weightBytes[v]);
  const forwards = forwardUs.map((us, v) => {
    const input = v === 0 ? "" : ` <- f${v - 1}:0`;
    return `f${v} ${us} ${sentBytes}B,${keptBytes}B params=${weightOf(v)} group=g${v}${input}`;
  });
  const backwards = forwardUs.map((_, i) => {
    const v = last - i;
    const gradient = v === last ? "" : `b${v + 1}:0 `;
    const outputs = weightOf(v) === 0 ? `${sentBytes}B` : `${sentBytes}B,${weightOf(v)}B`;
    return `b${v} ${2 * forwardUs[v]} ${outputs} role=backward twin=f${v} group=g${v} <- ${gradient}f${v}:1`;
  });
  const updates = forwardUs.flatMap((_, v) =>
    weightOf(v) === 0 ? [] : [`u${v} 0 role=update twin=f${v} group=g${v} <- b${v}:1`],
  );
  return testScenario({
    graph: { ...parseGraph([...forwards, ...backwards, ...updates].join("\n")), batch },
    devices,
    memoryBytes: step.memoryBytes ?? Number.POSITIVE_INFINITY,
    bytesPerUs: step.bytesPerUs ?? 1e15,
    objective: "iteration",
  });
}
