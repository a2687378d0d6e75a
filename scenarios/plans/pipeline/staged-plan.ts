/**
 * A pipeline from the stages that a file gives to layers. Backward and update ops follow their
 * forward op or their co-location class, and others the ops whose results they use. Inputs that
 * only a CPU runs are the host's.
 */
import { isCpu } from "../../../env/model/cluster/cluster.ts";
import { InputError } from "../../../env/model/errors.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import { kindsOf } from "../../../env/model/graph/support.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../env/model/plan/pipeline.ts";
import { validatePlan } from "../../../env/model/plan/plan.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { devicesOf } from "../device-spelling.ts";
import { type ModelLayers, modelLayers, NO_LAYER } from "./model-layers.ts";

const UNKNOWN = -2;

/** What a file says besides the stages. */
export interface StagedFile {
  /** Stage of each layer. */
  readonly stageOfLayer: ArrayLike<number>;
  /** Spelling of the device of each stage. */
  readonly devices: readonly unknown[];
  readonly microBatches: number;
  readonly schedule: string;
  readonly recomputes: boolean;
}

/** The layers of a scenario without the inputs of the host. */
export function layersOf(scenario: Scenario, broken?: ReadonlySet<string>): ModelLayers {
  return modelLayers(scenario.graph, hostedOps(scenario), broken);
}

function hostedOps({ graph, cluster }: Scenario): (v: number) => boolean {
  const accelerators = cluster.devices.filter((device) => !isCpu(device));
  return (v) => {
    const kinds = kindsOf(graph, v);
    if (kinds === null || graph.inStart[v] !== graph.inStart[v + 1] || graph.role[v] !== Role.forward)
      return false;
    return graph.parameterBytes[v] === 0 && accelerators.every(({ kind }) => !kinds.includes(kind));
  };
}

/** Post: a valid plan; throws one sentence otherwise. */
export function stagedPlan(scenario: Scenario, layers: ModelLayers, file: StagedFile): PipelinePlan {
  const { graph, cluster } = scenario;
  const isHosted = hostedOps(scenario);
  const given = layers.of.map((layer, v) =>
    layer === NO_LAYER ? (isHosted(v) ? HOST_STAGE : UNKNOWN) : file.stageOfLayer[layer],
  );
  const numbers = devicesOf(file.devices, cluster);
  const recompute = Uint8Array.from(given, (stage, v) =>
    graph.role[v] === Role.forward && stage !== HOST_STAGE ? 1 : 0,
  );
  const plan: PipelinePlan = {
    kind: "pipeline",
    stageOf: completed(scenario, given),
    stages: file.devices.map((device) => ({ devices: [numbers.get(device)!], share: "split" })),
    microBatches: file.microBatches,
    schedule: { name: file.schedule },
    ...(file.recomputes && { recompute }),
  };
  validatePlan(scenario, plan);
  return plan;
}

function completed({ graph }: Scenario, given: Int32Array): Int32Array {
  const ofClass = new Int32Array(graph.colocationCount).fill(UNKNOWN);
  given.forEach((stage, v) => {
    if (stage !== UNKNOWN && graph.colocation[v] !== -1) ofClass[graph.colocation[v]] = stage;
  });
  const stageOf = given.map((stage, v) => {
    if (stage !== UNKNOWN) return stage;
    if (graph.twin[v] !== -1) return given[graph.twin[v]];
    return graph.colocation[v] === -1 ? UNKNOWN : ofClass[graph.colocation[v]];
  });
  for (const v of graph.topologicalOrder) {
    if (stageOf[v] !== UNKNOWN) continue;
    const inputs = [...graph.edgeSource.subarray(graph.inStart[v], graph.inStart[v + 1])];
    const near = inputs.reverse().find((u) => stageOf[u] >= 0);
    if (near === undefined)
      throw new InputError(`it gives no stage for op "${graph.names[v]}" nor for one that it belongs to.`);
    stageOf[v] = stageOf[near];
  }
  return stageOf;
}
