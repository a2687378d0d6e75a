/**
 * Every plan that is one change away from a pipeline, of those that a person would try first. A cut
 * shifts by a layer, a stage gets one more replica, or recomputation goes on or off. Or there are
 * twice or half the micro-batches, or another schedule with a flush.
 *
 * They are told to people, so each has a clause, and any plan will do. A search draws from more and
 * larger changes (changes.ts), of stages that are intervals of layers.
 */
import { mistakeIn } from "../../../env/model/errors.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import {
  MOST_MICRO_BATCHES,
  type PipelinePlan,
  type PipelineStage,
} from "../../../env/model/plan/pipeline.ts";
import { validatePlan } from "../../../env/model/plan/plan.ts";
import { scheduleMakers, scheduleOf } from "../../../env/model/schedule/index.ts";

export const changeKinds = ["cut", "replica", "recompute", "micro-batches", "schedule"] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface SingleChange {
  readonly kind: ChangeKind;
  /** A clause, such as `stage 2 gives its last layer to stage 3`. */
  readonly what: string;
  readonly plan: PipelinePlan;
}

/** Only valid plans, in the order above. Pre: the chain is of the plan's scenario. */
export function singleChanges(chain: LayerChain, plan: PipelinePlan): SingleChange[] {
  return [
    ...cutChanges(chain, plan),
    ...replicaChanges(chain, plan),
    ...recomputeChanges(chain, plan),
    ...microBatchChanges(plan),
    ...scheduleChanges(plan),
  ].filter((change) => isValid(chain, change.plan));
}

const isValid = ({ scenario }: LayerChain, plan: PipelinePlan): boolean =>
  mistakeIn(() => validatePlan(scenario, plan)) === null;

function cutChanges(chain: LayerChain, plan: PipelinePlan): SingleChange[] {
  const { first, last } = layersOfStages(chain, plan);
  const changes: SingleChange[] = [];
  for (let stage = 0; stage + 1 < plan.stages.length; stage++) {
    const give = (layer: number, from: number, to: number, which: string) =>
      changes.push({
        kind: "cut",
        what: `stage ${from} gives its ${which} layer to stage ${to}`,
        plan: withLayer(chain, plan, layer, to),
      });
    if (first[stage] !== last[stage]) give(last[stage], stage, stage + 1, "last");
    if (first[stage + 1] !== last[stage + 1]) give(first[stage + 1], stage + 1, stage, "first");
  }
  return changes;
}

/** First and last layer of each stage. */
function layersOfStages({ layerOf, count }: LayerChain, { stageOf, stages }: PipelinePlan) {
  const first = stages.map(() => count);
  const last = stages.map(() => -1);
  layerOf.forEach((layer, v) => {
    const stage = stageOf[v];
    if (layer < 0 || stage < 0) return;
    first[stage] = Math.min(first[stage], layer);
    last[stage] = Math.max(last[stage], layer);
  });
  return { first, last };
}

/** The layer's ops become as the other ops of the stage: computed again and swapped, or not. */
function withLayer({ layerOf, scenario }: LayerChain, plan: PipelinePlan, layer: number, to: number) {
  const isForward = (v: number) => scenario.graph.role[v] === Role.forward;
  const sample = layerOf.findIndex((_, v) => plan.stageOf[v] === to && isForward(v));
  const flags = (own: Uint8Array | undefined) =>
    own?.map((flag, v) => (layerOf[v] === layer && isForward(v) ? own[sample] : flag));
  return {
    ...plan,
    stageOf: plan.stageOf.map((stage, v) => (layerOf[v] === layer ? to : stage)),
    ...(plan.recompute !== undefined && { recompute: flags(plan.recompute) }),
    ...(plan.swap !== undefined && { swap: flags(plan.swap) }),
  };
}

function replicaChanges({ types, scenario }: LayerChain, plan: PipelinePlan): SingleChange[] {
  const { stages } = plan;
  const nameOf = (device: number) => scenario.cluster.devices[device].name;
  const used = new Set(stages.flatMap(({ devices }) => devices));
  const free = types.flatMap(({ devices }) => devices.filter((device) => !used.has(device)).slice(0, 1));
  return stages.flatMap((stage, to) => [
    ...free.map((device) => ({
      kind: "replica" as const,
      what: `stage ${to} gets the unused ${nameOf(device)} as a replica`,
      plan: { ...plan, stages: replaced(stages, [[to, withDevice(stage, device)]]) },
    })),
    ...stages.flatMap(({ devices }, from) => {
      const device = devices[devices.length - 1];
      if (from === to || devices.length < 2 || stage.devices.includes(device)) return [];
      const rest = { ...stages[from], devices: devices.slice(0, -1) };
      return {
        kind: "replica" as const,
        what: `stage ${to} gets ${nameOf(device)} of stage ${from} as a replica`,
        plan: {
          ...plan,
          stages: replaced(stages, [
            [from, rest],
            [to, withDevice(stage, device)],
          ]),
        },
      };
    }),
  ]);
}

const withDevice = (stage: PipelineStage, device: number): PipelineStage => ({
  ...stage,
  devices: [...stage.devices, device].sort((a, b) => a - b),
});

const replaced = (
  stages: readonly PipelineStage[],
  changed: readonly (readonly [number, PipelineStage])[],
): PipelineStage[] => stages.map((stage, s) => changed.find(([at]) => at === s)?.[1] ?? stage);

function recomputeChanges({ scenario }: LayerChain, plan: PipelinePlan): SingleChange[] {
  const { graph } = scenario;
  const change = (stages: readonly number[], flag: 0 | 1, what: string): SingleChange => {
    const recompute = plan.stageOf.reduce((flags, stage, v) => {
      if (graph.role[v] === Role.forward && stages.includes(stage)) flags[v] = flag;
      return flags;
    }, plan.recompute?.slice() ?? new Uint8Array(graph.opCount));
    const { recompute: _, ...rest } = plan;
    return { kind: "recompute", what, plan: recompute.includes(1) ? { ...rest, recompute } : rest };
  };
  /** Stages with a forward op of that flag. */
  const stagesWith = (flag: 0 | 1): number[] =>
    [...plan.stages.keys()].filter((stage) =>
      plan.stageOf.some(
        (own, v) => own === stage && graph.role[v] === Role.forward && (plan.recompute?.[v] ?? 0) === flag,
      ),
    );
  const [kept, computed] = [stagesWith(0), stagesWith(1)];
  const KEEPS = "activations instead of computing them again";
  return [
    ...kept.map((stage) => change([stage], 1, `stage ${stage} computes activations again`)),
    ...computed.map((stage) => change([stage], 0, `stage ${stage} keeps ${KEEPS}`)),
    ...(kept.length > 1 ? [change(kept, 1, "all stages compute activations again")] : []),
    ...(computed.length > 1 ? [change(computed, 0, `all stages keep ${KEEPS}`)] : []),
  ];
}

function microBatchChanges(plan: PipelinePlan): SingleChange[] {
  const { microBatches } = plan;
  const counts = [microBatches * 2, microBatches / 2].filter(
    (count) => Number.isInteger(count) && count >= 1 && count <= MOST_MICRO_BATCHES,
  );
  return counts.map((count) => ({
    kind: "micro-batches",
    what: `${count} micro-batches in place of ${microBatches}`,
    plan: { ...plan, microBatches: count },
  }));
}

/** Schedules without a flush train by older weights, so they are offered for none with one. */
function scheduleChanges(plan: PipelinePlan): SingleChange[] {
  if (scheduleOf(plan.schedule.name).asynchronous) return [];
  return scheduleMakers
    .filter(({ name, asynchronous }) => !asynchronous && name !== plan.schedule.name && name !== EXPLICIT)
    .map(({ name }) => ({
      kind: "schedule",
      what: `the schedule ${name} in place of ${plan.schedule.name}`,
      plan: { ...plan, schedule: { name } },
    }));
}

const EXPLICIT = "explicit";
