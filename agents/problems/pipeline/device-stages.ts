/**
 * From a device for each layer to the stages of a pipeline, whatever layers a device has.
 *
 * The layers of a device are one stage where the stages then have an order that all data follows.
 * Devices that need each other's data have several stages. A layer's *turn* is how often data on
 * its way there came from another device of them. Layers of one device and turn are a stage. So on
 * a chain each run of layers on one device is a stage.
 */
import { type Successors, stronglyConnectedComponents } from "../../../env/model/graph/components.ts";
import { orderOf } from "../../../env/model/layers/layer-groups.ts";
import type { PipelineStage } from "../../../env/model/plan/pipeline.ts";

export interface DeviceStages {
  readonly stageOfLayer: Int32Array;
  readonly stages: readonly PipelineStage[];
}

/** `edges` lead to layers of higher number (env/model/layers/layer-edges.ts). */
export function deviceStages(edges: Successors, deviceOfLayer: ArrayLike<number>): DeviceStages {
  const devices = [...new Set(Array.from(deviceOfLayer))].sort((a, b) => a - b);
  const own = Array.from(deviceOfLayer, (device) => devices.indexOf(device));
  const needed = stronglyConnectedComponents(quotient(edges, own, devices.length)).of;
  const turns = turnsOf(edges, own, needed);
  const numbers = new Map<string, number>();
  const deviceOfStage: number[] = [];
  const first = own.map((device, layer) => {
    const key = `${device} ${turns[layer]}`;
    if (!numbers.has(key)) numbers.set(key, deviceOfStage.push(devices[device]) - 1);
    return numbers.get(key)!;
  });
  const order = orderOf(quotient(edges, first, deviceOfStage.length));
  const place = new Int32Array(order.length);
  order.forEach((stage, number) => {
    place[stage] = number;
  });
  return {
    stageOfLayer: Int32Array.from(first, (stage) => place[stage]),
    stages: order.map((stage) => ({ devices: [deviceOfStage[stage]], share: "split" })),
  };
}

/** How often data came from another device that also needs this one's. */
function turnsOf(edges: Successors, own: readonly number[], needed: Int32Array): Int32Array {
  const turns = new Int32Array(own.length);
  edges.forEach((list, from) => {
    for (const to of list) {
      if (needed[own[from]] !== needed[own[to]]) continue;
      turns[to] = Math.max(turns[to], turns[from] + Number(own[from] !== own[to]));
    }
  });
  return turns;
}

function quotient(edges: Successors, partOf: readonly number[], parts: number): number[][] {
  const sets = Array.from({ length: parts }, () => new Set<number>());
  edges.forEach((list, from) => {
    for (const to of list) if (partOf[to] !== partOf[from]) sets[partOf[from]].add(partOf[to]);
  });
  return sets.map((set) => [...set]);
}
