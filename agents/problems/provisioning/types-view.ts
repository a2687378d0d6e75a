/**
 * A provisioning problem as a placement: a chain with one op for each layer, on one device for each
 * resource type. So whatever places groups on devices chooses types for layers.
 */
import { egressCluster } from "../../../env/model/cluster/cluster.ts";
import { groupingOf } from "../../../env/model/coarsen/grouping.ts";
import { createScenario } from "../../../env/model/create-scenario.ts";
import { defaultFidelity } from "../../../env/model/fidelity/fidelity.ts";
import { graphBuilder } from "../../../env/model/graph/builder.ts";
import type { Objective, Scenario } from "../../../env/model/scenario.ts";
import type { ProvisioningProblem } from "../../../env/sim/objectives/provisioning/problem.ts";

/** What a problem does not say and policies may see. */
export interface LayerFacts {
  readonly name: string;
  /** Such as "embedding". */
  readonly kind: string;
  readonly weightBytes: number;
  /** Of one batch. */
  readonly inputBytes: number;
}

export interface TypesViewOptions {
  readonly name: string;
  readonly objective: Objective;
  readonly layers: readonly LayerFacts[];
  /** Names of the types. */
  readonly types: readonly string[];
}

/** Its numbers of layers and types are the problem's, in the same order. */
export function typesView(problem: ProvisioningProblem, options: TypesViewOptions): Scenario {
  const { layers, types } = options;
  const builder = graphBuilder();
  layers.forEach(({ name, kind, weightBytes }, layer) => {
    const measuredUs = Object.fromEntries(
      types.map((type, t) => [type, problem.computeTime[layer * types.length + t]]),
    );
    const outputs = layer + 1 < layers.length ? [layers[layer + 1].inputBytes] : [];
    builder.op({ name, type: kind, parameterBytes: weightBytes, outputs, measuredUs });
    if (layer > 0) builder.edge({ from: layers[layer - 1].name, to: name });
  });
  const graph = builder.build();
  const devices = types.map((kind) => ({
    name: kind,
    kind,
    flopsPerUs: {},
    memoryBytesPerUs: 1,
    memoryBytes: Number.POSITIVE_INFINITY,
    launchUs: 0,
  }));
  return createScenario({
    name: options.name,
    graph,
    grouping: groupingOf(graph, Int32Array.from(layers.keys())),
    cluster: egressCluster("types", devices, { bytesPerUs: 1, latencyUs: 0 }),
    objective: options.objective,
    fidelity: defaultFidelity,
  });
}
