/**
 * Auto-MAP (Alibaba): a DQN decides the dimension that each variable of a program is divided along,
 * and propagation divides what follows. Linkage groups keep it from asking what is known.
 *
 * Source: Wang et al., "Auto-MAP: A DQN Framework for Exploring Distributed Execution Plans for DNN
 * Workloads", arXiv 2007.04069 (2020). `mode=paper` has what we know of it:
 * - decisions on weights and inputs alone, each along a dimension or none, on one mesh axis;
 * - propagation to all other ops, and groups of variables that force one another;
 * - an episode ends where propagation fails, which is punished; the end is paid by the time;
 * - Rainbow, in its usual sizes.
 *
 * `strategy=operator` decides weights and inputs, `strategy=data` inputs alone. The third strategy
 * of the paper, pipelines, is `auto-map-pipeline`. As there, strategies are never composed.
 *
 * It has no relation to DeepMind's AutoMap (../../planners/sharding/automap.ts).
 */
import { z } from "zod";
import { InputError, mistakeIn } from "../../../env/model/errors.ts";
import { type Mesh, sizesOf } from "../../../env/model/layout/mesh.ts";
import { meshOf } from "../../../env/model/layout/mesh-of.ts";
import { batchPlan } from "../../../env/model/layout/propagation/batch-plan.ts";
import { linkageOf, noLinkage } from "../../../env/model/layout/propagation/linkage.ts";
import { propagationRules } from "../../../env/model/layout/propagation/rules.ts";
import { tilesOf } from "../../../env/model/layout/propagation/tiles.ts";
import { replicatedPlan, type ShardingPlan, type ZeroStage } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { AgentModule, Task } from "../../contract.ts";
import { meshOption, zeroOption } from "../../problems/sharding/mesh/mesh-options.ts";
import { unknownDimensions } from "../../problems/sharding/mesh/meshes.ts";
import { loadTf } from "../../tensors/tf.ts";
import { rainbowFields, rainbowSpec, usualRainbow } from "../../training/algorithms/rainbow/options.ts";
import type { ProcessTask } from "../../training/algorithms/rainbow/process.ts";
import { createRainbow } from "../../training/algorithms/rainbow/rainbow-learner.ts";
import { withPresets } from "../../training/presets.ts";
import { conflictRules, VariableProcess } from "./variable-process.ts";

const fields = {
  strategy: z
    .enum(["operator", "data"])
    .default("operator")
    .describe("What is decided: weights and inputs, or inputs alone."),
  mesh: meshOption,
  zero: zeroOption,
  grouped: z.boolean().default(true).describe("Decide equal ops of repeated blocks at once."),
  linked: z
    .boolean()
    .default(true)
    .describe("Whether what is linked with a whole variable is not asked any more."),
  conflicts: z
    .enum(conflictRules)
    .default("fail")
    .describe("Whether ops that cannot follow their neighbours end the episode, or gather what they need."),
  ...rainbowFields,
};
const options = withPresets(fields, { paper: { ...usualRainbow, grouped: false } });
type Options = z.infer<typeof options>;

export const autoMap: AgentModule<Options> = {
  kind: "agent",
  card: {
    id: "auto-map",
    systems: ["auto-map"],
    name: "Auto-MAP",
    summary: "Rainbow DQN over the dimensions of variables, each of which propagates through the program.",
    searchSpace: "dimension of each weight and input along a mesh axis, propagated",
    paper:
      "Wang et al., Auto-MAP: A DQN Framework for Exploring Distributed Execution Plans for DNN Workloads. arXiv 2007.04069",
    limits:
      "The paper's sizes, features, rewards and rules of propagation are not known to us, and its code is not public. mode=paper has Rainbow's usual ones, " +
      "no reward but -1 for a failure and the logarithm of data parallelism's time over the plan's, and our rules of propagation. A decision fails where an op cannot follow " +
      "its neighbours. Strategies are not composed: no pipeline here, so no equal of hybrid planners. Tuned: equal ops at once, width 128, step size 0.001, " +
      "uniform actions that fade. A policy fits as many variables and dimensions. Data parallelism is scored once, as what rewards compare with; the undivided plan where it cannot be had.",
  },
  traits: { answers: "sharding", objectives: ["iteration"], effort: "endless", random: true, special: true },
  options,
  actEvaluations: () => 1,
  async create(context) {
    const { options } = context;
    const loaded = await loadTf(context.backend);
    return createRainbow(loaded, context, (task) => variableTask(task, options), rainbowSpec(options));
  },
};

type VariableOptions = Pick<Options, "strategy" | "mesh" | "zero" | "grouped" | "linked" | "conflicts">;

/** Throws one sentence where the scenario has no variables, or no such mesh. */
export function variableTask(task: Task, options: VariableOptions): ProcessTask {
  const { scenario } = task;
  const refusal = unknownDimensions(scenario);
  if (refusal !== null) throw new InputError(refusal);
  const process = variableProcess(scenario, options);
  return { task, process, reference: () => plainPlan(scenario, process.mesh) };
}

/** Data parallelism; the undivided plan where the devices cannot share the batch. */
const plainPlan = (scenario: Scenario, mesh: Mesh): ShardingPlan =>
  mistakeIn(() => batchPlan(scenario, mesh)) === null
    ? batchPlan(scenario, mesh)
    : replicatedPlan(scenario.graph, mesh);

export function variableProcess(scenario: Scenario, options: VariableOptions): VariableProcess {
  const { strategy, grouped, linked, conflicts, zero } = options;
  const mesh = meshOf(scenario.cluster, options.mesh === "all" ? undefined : options.mesh);
  const rules = propagationRules(scenario.graph);
  const sizes = sizesOf(mesh);
  const { parameterBytes } = scenario.graph;
  const tiles = tilesOf(rules, sizes, { scope: "arguments", grouped }).filter(
    ({ ops }) => strategy === "operator" || parameterBytes[ops[0]] === 0,
  );
  const linkage = linked ? linkageOf(rules, sizes, tiles) : noLinkage(tiles);
  const rest = zero > 0 ? { memory: { zero: zero as ZeroStage } } : {};
  return new VariableProcess({ rules, mesh, tiles, linkage, conflicts, rest });
}
