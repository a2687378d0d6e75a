/**
 * `conf.json` of PipeDream's runtime (Narayanan et al., SOSP 2019; msr-fiddle/pipedream).
 *
 *     {"module_to_stage_map": [0, 0, 1], "stage_to_rank_map": {"0": [0], "1": [1]}}
 *
 * `module_to_stage_map` has an entry for each layer in the order of the profile. As the program
 * writes it, it has one for each stage of the model and perhaps one for the criterion. The layers
 * then belong to the module of their `stage_id`. Rank r is accelerator r; without ranks stage s is
 * on accelerator s. A placement has no replicas, so a stage on several ranks is refused.
 */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { Role } from "../../env/model/graph/graph.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { count, parseWith } from "../import/sentences.ts";
import type { PlanReader } from "./contract.ts";
import { devicesOf } from "./device-spelling.ts";
import { completedPlan, NO_DEVICE } from "./partial-plan.ts";

const schema = z.object({
  module_to_stage_map: z.array(z.int().min(0)),
  stage_to_rank_map: z.record(z.string(), z.array(z.int().min(0))).nullish(),
});

export const pipedreamConf: PlanReader = {
  name: "pipedream-conf",
  summary: "conf.json of PipeDream's runtime: module_to_stage_map",
  recognises: (file) => file.jsonObject()?.module_to_stage_map !== undefined,
  read(file, scenario) {
    const { module_to_stage_map: stageOfModule, stage_to_rank_map: ranks } = parseWith(schema, file.json());
    const moduleOf = modulesOf(scenario, stageOfModule.length);
    const rankOfOp = Array.from(scenario.graph.names, (_, v) => {
      const module = moduleOf(v);
      return module === undefined ? undefined : rankOf(ranks, stageOfModule[module]);
    });
    const devices = devicesOf(
      rankOfOp.filter((rank) => rank !== undefined),
      scenario.cluster,
    );
    const given = Int32Array.from(rankOfOp, (rank) => devices.get(rank) ?? NO_DEVICE);
    return { plan: completedPlan(scenario, given), claims: [], notes: [] };
  },
};

/** The module of each op: its layer, or the stage that the profile gives the layer. */
function modulesOf({ graph, meta, name }: Scenario, moduleCount: number): (v: number) => number | undefined {
  const layers = Array.from(graph.names.keys()).filter((v) => graph.role[v] === Role.forward);
  if (layers.length === moduleCount) {
    const layerOf = new Map(layers.map((v, layer) => [v, layer]));
    return (v) => layerOf.get(v);
  }
  const stages = meta.aliases?.stages ?? [];
  const stageCount = stages.reduce<number>((most, stage) => Math.max(most, (stage ?? -1) + 1), 0);
  if (stageCount > 0 && (moduleCount === stageCount || moduleCount === stageCount + 1))
    return (v) => stages[v] ?? undefined;
  const staged = stageCount > 0 ? ` in ${count(stageCount, "stage")}` : "";
  throw new InputError(
    `module_to_stage_map has ${count(moduleCount, "module")}, and scenario "${name}" has ` +
      `${count(layers.length, "layer")}${staged}; expected an entry for each layer, ` +
      "or a profile whose layers have the stage_id of as many modules.",
  );
}

function rankOf(ranks: z.infer<typeof schema>["stage_to_rank_map"], stage: number): number {
  const own = ranks?.[String(stage)];
  if (ranks == null) return stage;
  if (own === undefined || own.length === 0)
    throw new InputError(`stage_to_rank_map has no rank for stage ${stage}.`);
  if (own.length > 1)
    throw new InputError(
      `stage ${stage} runs on ${own.length} ranks (${own.slice(0, 8).join(", ")}), and a placement has no replicas.`,
    );
  return own[0];
}
