/**
 * Split points of `torch.distributed.pipelining` (PyTorch), as JSON.
 *
 *     {"split_spec": {"layer_4": "BEGINNING"}, "schedule": "Schedule1F1B", "n_microbatches": 8,
 *      "devices": ["cuda:0", "cuda:1"]}
 *
 * A point cuts the model before the module of that name (`BEGINNING`) or after it (`END`), in the
 * order in which it runs its layers. Stage s is on accelerator s where `devices` is missing. The
 * schedule is 1F1B where none is given, and there is one micro-batch.
 */
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { parseWith } from "../../import/sentences.ts";
import type { PlanReader } from "../contract.ts";
import { dotted, layerName, type ModelLayers } from "./model-layers.ts";
import { layersOf, stagedPlan } from "./staged-plan.ts";

const schedules = {
  ScheduleGPipe: "gpipe",
  Schedule1F1B: "1f1b",
  ScheduleInterleaved1F1B: "interleaved-1f1b",
} as const;

const schema = z.object({
  split_spec: z.record(z.string(), z.string().regex(/^(SplitPoint\.)?(BEGINNING|END)$/)),
  schedule: z.enum(Object.keys(schedules) as (keyof typeof schedules)[]).default("Schedule1F1B"),
  n_microbatches: z.int().min(1).default(1),
  devices: z.array(z.union([z.string(), z.int().min(0)])).optional(),
});

export const splitSpec: PlanReader = {
  name: "torch-pipelining",
  summary: "split points of torch.distributed.pipelining as JSON: split_spec, schedule, n_microbatches",
  recognises: (file) => file.jsonObject()?.split_spec !== undefined,
  read(file, scenario) {
    const { split_spec: points, schedule, n_microbatches, devices } = parseWith(schema, file.json());
    const layers = layersOf(scenario, brokenBy(scenario, Object.keys(points)));
    const stageOfLayer = cutAt(layers, points);
    const stages = stageOfLayer[stageOfLayer.length - 1] + 1;
    const places = devices ?? Array.from({ length: stages }, (_, stage) => stage);
    if (places.length !== stages)
      throw new InputError(`it has ${places.length} devices for ${stages} stages.`);
    const plan = stagedPlan(scenario, layers, {
      stageOfLayer,
      devices: places,
      microBatches: n_microbatches,
      schedule: schedules[schedule],
      recomputes: false,
    });
    return { plan, claims: [], notes: [] };
  },
};

/** Layers that a point is inside of. */
function brokenBy({ graph }: Scenario, points: readonly string[]): Set<string> {
  const layers = new Set(graph.names.map(layerName));
  const inside = points.filter((point) => !layers.has(point));
  return new Set(
    graph.names
      .filter((name) => inside.some((point) => `${dotted(name)}.`.startsWith(`${point}.`)))
      .map(layerName)
      .filter((layer) => inside.some((point) => point.startsWith(`${layer}.`))),
  );
}

function cutAt({ names }: ModelLayers, points: Readonly<Record<string, string>>): Int32Array {
  if (names.length === 0) throw new InputError("the scenario has no layer to cut.");
  const begins = new Uint8Array(names.length + 1);
  for (const [point, side] of Object.entries(points)) {
    const inside = [...names.keys()].filter((i) => `${names[i]}.`.startsWith(`${point}.`));
    if (inside.length === 0)
      throw new InputError(`its split point "${point.slice(0, 80)}" is no layer or module of the scenario.`);
    begins[side.endsWith("END") ? inside[inside.length - 1] + 1 : inside[0]] = 1;
  }
  let stage = 0;
  return Int32Array.from(names, (_, i) => (i > 0 && begins[i] === 1 ? ++stage : stage));
}
