/** Random tiny scenarios for laws, the same ones for the same seed. */
import { createRng, graphBuilder, type Scenario, testScenario } from "../../env/index.ts";

export interface RandomScenarioOptions {
  readonly ops?: number;
  readonly devices?: readonly string[];
  readonly memoryBytes?: number;
  /** Share of the ops that belong to one of two co-location classes. */
  readonly colocated?: number;
  /** Share of the ops that only one kind of device runs; not together with co-location. */
  readonly restricted?: number;
  /** Scale of the output sizes: 0 makes transfers free. */
  readonly outputScale?: number;
  readonly latency?: boolean;
}

/**
 * Whole-microsecond times that differ by device kind, whole bytes, a random DAG, some control
 * edges.
 */
export function randomScenario(seed: number, options: RandomScenarioOptions = {}): Scenario {
  const { ops = 8, devices = ["A", "B", "C"], memoryBytes, colocated = 0.3 } = options;
  const { restricted = 0, outputScale = 1, latency = true } = options;
  const rng = createRng(seed);
  const kinds = [...new Set(devices)];
  const builder = graphBuilder();
  for (let v = 0; v < ops; v++)
    builder.op({
      name: `op${v}`,
      measuredUs: Object.fromEntries(kinds.map((kind) => [kind, rng.int(50)])),
      outputs: [outputScale * rng.int(300)],
      parameterBytes: rng.int(100),
      colocation: rng.next() < colocated ? `class${rng.int(2)}` : undefined,
      supportedKinds: restricted > 0 && rng.next() < restricted ? [kinds[rng.int(kinds.length)]] : undefined,
    });
  for (let v = 1; v < ops; v++)
    for (let u = 0; u < v; u++) {
      if (rng.next() > 2.5 / ops) continue;
      if (rng.next() < 0.15) builder.control(`op${u}`, `op${v}`);
      else builder.edge({ from: `op${u}`, to: `op${v}` });
    }
  return testScenario({
    graph: builder.build(),
    devices,
    memoryBytes,
    bytesPerUs: 10,
    latencyUs: latency ? rng.int(4) : 0,
  });
}
