/**
 * The default observation of `Pipeline/Assign-v1`. There is a row of columns for each layer, a row
 * of sums for each device, the edges between layers, and the current group. The arrays belong to
 * the caller.
 */
import type { LayerChain } from "../model/layers/layer-chain.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { discrete } from "../spaces/discrete.ts";
import { multiDiscrete } from "../spaces/multi-discrete.ts";
import { namesSpace } from "../spaces/names.ts";
import { type LayerRows, layerParts, sumColumns } from "./layer-columns.ts";
import { type ObservationPart, rewritable } from "./observation-part.ts";
import type { AssignView } from "./views/pipeline-view.ts";

export interface AssignObservation extends LayerRows {
  /** What each device holds so far, shape [devices x loadColumns.length], row by row. */
  readonly loads: Float32Array;
  readonly loadColumns: readonly string[];
  /** Sums over the current group, and what is left, shape [groupColumns.length]. */
  readonly group: Float32Array;
  readonly groupColumns: readonly string[];
  /** The group that the next action is about, -1 where there is none. */
  readonly current: number;
  /** Group of each layer. */
  readonly groupOf: Int32Array;
  /** Device of each layer, -1 where it is not placed yet. */
  readonly placement: Int32Array;
}

export const assignGroupColumns = Object.freeze([...sumColumns, "devicesLeft", "microBatch"] as const);

export function assignObservation(chain: LayerChain): ObservationPart<AssignObservation, AssignView> {
  const { count } = chain;
  const devices = chain.scenario.cluster.devices.length;
  const parts = layerParts(chain);
  const perGroup = assignGroupColumns.length;
  return rewritable<AssignObservation, AssignView>({
    space: dict<AssignObservation>({
      ...parts.spaces,
      loads: box({ shape: [devices, sumColumns.length], low: 0, high: 1 }),
      loadColumns: namesSpace(sumColumns),
      group: box({ shape: [perGroup], low: 0, high: 1 }),
      groupColumns: namesSpace(assignGroupColumns),
      current: discrete(count + 1, { start: -1 }),
      groupOf: multiDiscrete(new Int32Array(count).fill(count)),
      placement: multiDiscrete(new Int32Array(count).fill(devices + 1), { start: -1 }),
    }),
    needsStartTimes: false,
    constant: parts.constant,
    blank: () => ({
      ...parts.blank(),
      loads: new Float32Array(devices * sumColumns.length),
      loadColumns: sumColumns,
      group: new Float32Array(perGroup),
      groupColumns: assignGroupColumns,
      current: -1,
      groupOf: new Int32Array(count),
      placement: new Int32Array(count),
    }),
    rewrite(observation, { current, groupOf, deviceOf, devicesLeft, deviceCount, microBatches }) {
      const isCurrent = (layer: number) => groupOf[layer] === current;
      const { layers, loads, group } = observation;
      parts.mark(layers, isCurrent);
      for (let d = 0; d < devices; d++)
        loads.set(
          parts.sums((layer) => deviceOf[layer] === d),
          d * sumColumns.length,
        );
      group.set([...parts.sums(isCurrent), devicesLeft / deviceCount, 1 / microBatches]);
      observation.current = current;
      observation.groupOf.set(groupOf);
      observation.placement.set(deviceOf);
    },
  });
}
