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
import { frontBytes, type PricedChain } from "../../../env/sim/objectives/provisioning/priced-chain.ts";
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
      types.flatMap((type, t) => {
        const us = problem.computeTime[layer * types.length + t];
        return us === Number.POSITIVE_INFINITY ? [] : [[type, us]];
      }),
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

/** The view of a scenario under the objective cost. */
export function typesViewOf(scenario: Scenario, { problem, layerOf, types }: PricedChain): Scenario {
  const { graph } = scenario;
  const inputBytes = frontBytes(graph, layerOf, problem.layers);
  const layers = Array.from({ length: problem.layers }, (_, layer): LayerFacts => {
    const ops = [...layerOf.keys()].filter((v) => layerOf[v] === layer);
    return {
      name: `layer ${layer}`,
      kind: graph.types[ops[0]],
      weightBytes: ops.reduce((sum, v) => sum + graph.parameterBytes[v], 0),
      inputBytes: inputBytes[layer],
    };
  });
  return typesView(problem, {
    name: scenario.name,
    // Placements of the view are scored as the pipelines that they stand for.
    objective: "makespan",
    layers,
    types: types.map(({ kind }, type) => `${kind} ${type}`),
  });
}
