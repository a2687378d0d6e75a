/**
 * Auto-MAP's pipelines: a DQN cuts the chain of layers, one cut after another.
 *
 * Source: Wang et al., "Auto-MAP", arXiv 2007.04069 (2020). Known to us in outline: cuts are near
 * balanced work, one fewer than stages. The modelled time is paid at the end.
 * Shardings are `auto-map` (auto-map.ts); as there, the two are never composed.
 */
import { z } from "zod";
import { defaultSettings, usableDevices } from "../../../env/envs/pipeline/settings.ts";
import { InputError } from "../../../env/model/errors.ts";
import { layerChain } from "../../../env/model/layers/layer-chain.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { AgentModule, Task } from "../../contract.ts";
import { loadTf } from "../../tensors/tf.ts";
import { rainbowFields, rainbowSpec, usualRainbow } from "../../training/algorithms/rainbow/options.ts";
import { createRainbow } from "../../training/algorithms/rainbow/rainbow-learner.ts";
import { withPresets } from "../../training/presets.ts";
import { balancedPlan, CutProcess, type CutWorld } from "./cut-process.ts";

const fields = {
  stages: z.int().min(0).default(0).describe("Stages, each on one accelerator; 0 is all accelerators."),
  candidates: z.int().min(1).max(192).default(24).describe("Layers that the chain is merged to before."),
  microBatches: z.int().min(0).default(0).describe("Micro-batches; 0 is up to 4 for each stage."),
  schedule: z.enum(["1f1b", "gpipe"]).default("1f1b").describe("Schedule of the pipeline."),
  ...rainbowFields,
};
const options = withPresets(fields, { paper: usualRainbow });
type Options = z.infer<typeof options>;

export const autoMapPipeline: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "auto-map-pipeline",
    systems: ["auto-map"],
    name: "Auto-MAP, pipelines",
    summary: "Rainbow DQN that cuts a chain of layers into stages, one cut after another.",
    searchSpace: "contiguous stages of one accelerator each",
    paper:
      "Wang et al., Auto-MAP: A DQN Framework for Exploring Distributed Execution Plans for DNN Workloads. arXiv 2007.04069",
    limits:
      "The paper's sizes, features, rewards and rule for places of cuts are not known to us. mode=paper has Rainbow's usual sizes. Rewards are the logarithm of the time of an " +
      "equal cut over the plan's. Stages have one accelerator, in the order of the cluster; nothing inside a stage is divided. Tuned: width 128, step size 0.001, uniform actions that fade. A policy fits chains of as many places and stages. The equal cut is scored once, as what rewards compare with.",
  },
  traits: {
    answers: "pipeline",
    objectives: ["iteration", "throughput"],
    effort: "endless",
    random: true,
    special: true,
  },
  options,
  actEvaluations: () => 1,
  async create(context) {
    const { options } = context;
    const loaded = await loadTf(context.backend);
    const open = (task: Task) => {
      const world = cutWorld(task.scenario, options);
      return { task, process: new CutProcess(world), reference: () => balancedPlan(world) };
    };
    return createRainbow(loaded, context, open, rainbowSpec(options));
  },
};

type CutOptions = Pick<Options, "stages" | "candidates" | "microBatches" | "schedule">;

/** Throws one sentence where the scenario has no chain, or not so many accelerators. */
export function cutWorld(scenario: Scenario, options: CutOptions): CutWorld {
  const { name } = scenario;
  const chain = layerChain(scenario);
  if (typeof chain === "string") throw new InputError(`Auto-MAP on "${name}": ${chain}`);
  const usable = usableDevices(chain);
  if (usable.length === 0) throw new InputError(`Auto-MAP on "${name}": no accelerator can run every layer.`);
  if (options.stages > Math.min(usable.length, chain.count))
    throw new InputError(
      `Option "stages" is ${options.stages}; "${name}" has ${usable.length} accelerators and ${chain.count} layers.`,
    );
  const devices = usable.slice(0, Math.min(options.stages || usable.length, chain.count));
  const { microBatches } = defaultSettings(chain, devices.length);
  return {
    chain,
    devices,
    candidates: options.candidates,
    microBatches: options.microBatches || microBatches,
    schedule: { name: options.schedule },
  };
}
