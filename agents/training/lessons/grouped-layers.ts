/**
 * The world of TAPP's lessons: units are layers of a chain, and a plan is a pipeline.
 *
 * Groups are placed in the order of their first layers; those without a layer are left out. Layers
 * of a device need not follow each other: a device may have several stages
 * (problems/pipeline/device-stages.ts), and what crosses between them is paid for. Where groups
 * must be contiguous, drawn groups and devices are read as intervals, see `steps` and `returnless`.
 */
import type { LayerChain } from "../../../env/model/layers/layer-chain.ts";
import { layerEdges } from "../../../env/model/layers/layer-edges.ts";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import type { ScheduleChoice } from "../../../env/model/plan/pipeline.ts";
import { type LayerRows, layerGroupFeatures } from "../../nets/placers/chain-features.ts";
import { deviceStages } from "../../problems/pipeline/device-stages.ts";
import type { GroupedWorld } from "./grouped-lesson.ts";

export interface LayersWorldRules {
  readonly chain: LayerChain;
  /** Devices that groups may have. */
  readonly devices: readonly number[];
  readonly rows: LayerRows;
  readonly groups: number;
  /** Whether groups, and the layers of a device, follow each other. */
  readonly contiguous: boolean;
  readonly microBatches: number;
  readonly schedule: ScheduleChoice;
}

export function groupedLayers(rules: LayersWorldRules): GroupedWorld {
  const { chain, devices, rows, groups, contiguous, microBatches, schedule } = rules;
  const edges = layerEdges(chain);
  const groupsOf = (drawn: Int32Array) => byFirstLayer(contiguous ? steps(drawn) : drawn);
  return {
    units: chain.count,
    devices: devices.length,
    grouped: (drawn) => layerGroupFeatures(rows, groupsOf(drawn), groups),
    plan(drawn, groupDevice) {
      const chosen = contiguous ? returnless(groupDevice) : groupDevice;
      const deviceOfLayer = groupsOf(drawn).map((group) => devices[chosen[group]]);
      const { stageOfLayer, stages } = deviceStages(edges, deviceOfLayer);
      return planOfLayers(chain, stageOfLayer, { stages, microBatches, schedule });
    },
    intraGroupShare(drawn) {
      const group = groupsOf(drawn);
      let [inside, all] = [0, 0];
      edges.forEach((list, from) => {
        all += list.length;
        inside += list.filter((to) => group[to] === group[from]).length;
      });
      return all === 0 ? 1 : inside / all;
    },
  };
}

/** Numbers without gaps, in the order of first layers. */
export function byFirstLayer(drawn: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return drawn.map((label) => {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label)!;
  });
}

/**
 * Intervals: a layer is in the group of the layer before, or begins the next one where it drew a
 * higher number. So one odd draw moves a border and breaks nothing.
 */
export function steps(drawn: Int32Array): Int32Array {
  let group = 0;
  return drawn.map((label, layer) => {
    if (layer > 0 && label > group) group++;
    return group;
  });
}

/** A device that was left is not returned to: its group goes to the device of the group before. */
export function returnless(groupDevice: Int32Array): Int32Array {
  const seen = new Set<number>();
  let current = -1;
  return groupDevice.map((device) => {
    if (!seen.has(device)) {
      seen.add(device);
      current = device;
    }
    return current;
  });
}
