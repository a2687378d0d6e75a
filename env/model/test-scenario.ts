/** Small scenarios for tests: a tiny graph on a few devices. */
import { egressCluster } from "./cluster/cluster.ts";
import { colocationGrouping } from "./coarsen/grouping.ts";
import { createScenario } from "./create-scenario.ts";
import { defaultFidelity, type Fidelity } from "./fidelity/fidelity.ts";
import { parseGraph } from "./graph/dsl.ts";
import type { OpGraph } from "./graph/graph.ts";
import type { Objective, Scenario } from "./scenario.ts";

export interface TestScenarioOptions {
  /** DSL text or a graph. */
  readonly graph: string | OpGraph;
  readonly name?: string;
  /** Number of equal devices of kind GPU, or the kind of each. */
  readonly devices?: number | readonly string[];
  readonly memoryBytes?: number;
  readonly bytesPerUs?: number;
  readonly latencyUs?: number;
  readonly objective?: Objective;
  readonly fidelity?: Partial<Fidelity>;
  /** Samples of the batch; by default as the graph says. */
  readonly batch?: number;
}

/**
 * A scenario around a tiny graph: devices with one outgoing link each, and one group per
 * co-location class or op.
 */
export function testScenario(options: TestScenarioOptions): Scenario {
  const { devices = 2, memoryBytes = Number.POSITIVE_INFINITY, bytesPerUs = 10, latencyUs = 0 } = options;
  const given = typeof options.graph === "string" ? parseGraph(options.graph) : options.graph;
  const graph = options.batch === undefined ? given : { ...given, batch: options.batch };
  const kinds = typeof devices === "number" ? Array.from({ length: devices }, () => "GPU") : devices;
  const cluster = egressCluster(
    `${kinds.length} devices`,
    kinds.map((kind, d) => ({
      name: `${kind.toLowerCase()}:${d}`,
      kind,
      flopsPerUs: { float32: 1000 },
      memoryBytesPerUs: 1000,
      memoryBytes,
      launchUs: 0,
    })),
    { bytesPerUs, latencyUs },
  );
  return createScenario({
    name: options.name ?? "test",
    graph,
    grouping: colocationGrouping(graph),
    cluster,
    objective: options.objective ?? "makespan",
    fidelity: { ...defaultFidelity, optimizerSlots: 0, ...options.fidelity },
  });
}
