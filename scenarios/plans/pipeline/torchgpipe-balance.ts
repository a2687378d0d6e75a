/**
 * Arguments of `GPipe` of torchgpipe (Kim et al., 2020), as JSON: `balance` counts the layers of
 * each partition.
 *
 *     {"balance": [2, 3], "devices": ["cuda:0", "cuda:1"], "chunks": 8, "checkpoint": "never",
 *      "layers": ["embed", "layer_0", "layer_1", "layer_2", "head"]}
 *
 * `layers` names them in order; without it they are the layers of the scenario in the order in
 * which it runs them. Partition p is on accelerator p where `devices` is missing. As in torchgpipe
 * one chunk is the default, and all of them but the last are recomputed; here they all are.
 */
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { count, parseWith } from "../../import/sentences.ts";
import type { PlanReader } from "../contract.ts";
import { layerName, type ModelLayers } from "./model-layers.ts";
import { layersOf, stagedPlan } from "./staged-plan.ts";

const schema = z.object({
  balance: z.array(z.int().min(1)).min(1),
  devices: z.array(z.union([z.string(), z.int().min(0)])).optional(),
  chunks: z.int().min(1).default(1),
  checkpoint: z.enum(["always", "except_last", "never"]).default("except_last"),
  layers: z.array(z.string()).optional(),
});

export const torchgpipeBalance: PlanReader = {
  name: "torchgpipe",
  summary: "arguments of torchgpipe's GPipe as JSON: balance, devices, chunks, checkpoint",
  recognises: (file) => Array.isArray(file.jsonObject()?.balance),
  read(file, scenario) {
    const {
      balance,
      devices = [...balance.keys()],
      chunks,
      checkpoint,
      layers,
    } = parseWith(schema, file.json());
    const total = balance.reduce((sum, each) => sum + each, 0);
    const model = layers === undefined ? layersOf(scenario) : layersOf(scenario, brokenBy(scenario, layers));
    const order = layers ?? model.names;
    if (total !== order.length)
      throw new InputError(
        `its balance counts ${count(total, "layer")}, and there ${order.length === 1 ? "is" : "are"} ${order.length}.`,
      );
    if (devices.length < balance.length)
      throw new InputError(
        `it has ${count(devices.length, "device")} for ${count(balance.length, "partition")}.`,
      );
    const plan = stagedPlan(scenario, model, {
      stageOfLayer: stagesOf(model, order, balance),
      devices: devices.slice(0, balance.length),
      microBatches: chunks,
      schedule: "gpipe",
      recomputes: checkpoint !== "never",
    });
    const last = checkpoint === "except_last" && chunks > 1;
    return {
      plan,
      claims: [],
      notes: last ? ["The last micro-batch is recomputed too; torchgpipe's except_last keeps it."] : [],
    };
  },
};

/** Layers of the scenario that the names divide. */
function brokenBy(scenario: Scenario, names: readonly string[]): Set<string> {
  const given = new Set(names);
  return new Set(scenario.graph.names.map(layerName).filter((layer) => !given.has(layer)));
}

function stagesOf(model: ModelLayers, order: readonly string[], balance: readonly number[]): Int32Array {
  const stages = balance.flatMap((each, stage) => Array<number>(each).fill(stage));
  const stageOf = new Map(order.map((name, i) => [name, stages[i]]));
  const missing = model.names.find((name) => !stageOf.has(name));
  if (missing !== undefined) throw new InputError(`it does not name layer "${missing.slice(0, 80)}".`);
  const unknown = order.find((name) => !model.names.includes(name));
  if (unknown !== undefined)
    throw new InputError(`its layer "${unknown.slice(0, 80)}" is none of the scenario.`);
  return Int32Array.from(model.names, (name) => stageOf.get(name)!);
}
