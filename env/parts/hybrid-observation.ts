/**
 * The default observation of `Hybrid/Plan-v1`. It is that of cuts, with what the next action
 * decides and the treatments that a stage can have. It tells how each layer is divided so far. The
 * arrays belong to the caller.
 */
import type { LayerChain } from "../model/layers/layer-chain.ts";
import { familyOf } from "../model/layers/stage-families.ts";
import { box } from "../spaces/box.ts";
import { dict } from "../spaces/dict.ts";
import { discrete } from "../spaces/discrete.ts";
import { multiDiscrete } from "../spaces/multi-discrete.ts";
import { namesSpace } from "../spaces/names.ts";
import { openColumns } from "./cuts-observation.ts";
import { type LayerRows, layerParts } from "./layer-columns.ts";
import { type ObservationPart, rewritable } from "./observation-part.ts";
import { type HybridView, hybridDecisions } from "./views/hybrid-view.ts";

export interface HybridObservation extends LayerRows {
  /** The stage that is open or to be treated, and what is left, shape [openColumns.length]. */
  readonly open: Float32Array;
  readonly openColumns: readonly string[];
  /** What each treatment is, shape [treatments x treatmentColumns.length], row by row. */
  readonly treatments: Float32Array;
  readonly treatmentColumns: readonly string[];
  /** Number in `hybridDecisions`, -1 after the end. */
  readonly decision: number;
  /** Number of the schedule in the list of the episode, -1 before it is chosen. */
  readonly schedule: number;
  /** The last layer of the stage that the next action is about, -1 where there is none. */
  readonly current: number;
  /** Stage of each layer, -1 where it is in none yet. */
  readonly stage: Int32Array;
  /** Devices and tensor ranks of a replica for each layer, 0 where it is in no stage yet. */
  readonly devices: Int32Array;
  readonly tensorRanks: Int32Array;
}

/** Tensor ranks over the most of a treatment; 1 where state is divided, where ops run again. */
export const treatmentColumns = Object.freeze(["tensorRanks", "zero", "recompute"] as const);

/** @param actionCount actions, of which there are no fewer than schedules to choose from */
export function hybridObservation(
  chain: LayerChain,
  treatments: HybridView["treatments"],
  { deviceCount, actionCount }: { readonly deviceCount: number; readonly actionCount: number },
): ObservationPart<HybridObservation, HybridView> {
  const { count } = chain;
  const parts = layerParts(chain);
  const most = Math.max(...treatments.map(({ tensor }) => tensor));
  const rows = Float32Array.from(
    treatments.flatMap(({ tensor, zero, recompute }) => [tensor / most, Number(zero), Number(recompute)]),
  );
  const perLayer = (size: number) => new Int32Array(count).fill(size);
  return rewritable<HybridObservation, HybridView>({
    space: dict<HybridObservation>({
      ...parts.spaces,
      open: box({ shape: [openColumns.length], low: 0, high: 1 }),
      openColumns: namesSpace(openColumns),
      treatments: box({ shape: [treatments.length, treatmentColumns.length], low: 0, high: 1 }),
      treatmentColumns: namesSpace(treatmentColumns),
      decision: discrete(hybridDecisions.length + 1, { start: -1 }),
      schedule: discrete(actionCount + 1, { start: -1 }),
      current: discrete(count + 1, { start: -1 }),
      stage: multiDiscrete(perLayer(count + 1), { start: -1 }),
      devices: multiDiscrete(perLayer(deviceCount + 1)),
      tensorRanks: multiDiscrete(perLayer(most + 1)),
    }),
    needsStartTimes: false,
    constant: { ...parts.constant, treatments: rows },
    blank: () => ({
      ...parts.blank(),
      open: new Float32Array(openColumns.length),
      openColumns,
      treatments: rows.slice(),
      treatmentColumns,
      decision: -1,
      schedule: -1,
      current: -1,
      stage: perLayer(-1),
      devices: perLayer(0),
      tensorRanks: perLayer(0),
    }),
    rewrite(observation, view) {
      const { current, openFrom, devicesLeft, microBatches, decision, schedule, stages } = view;
      const sums = parts.sums((layer) => layer >= openFrom && layer <= current);
      parts.mark(observation.layers, (layer) => layer === current);
      observation.open.set([...sums, devicesLeft / view.deviceCount, 1 / microBatches]);
      Object.assign(observation, { decision, schedule, current });
      const { stage, devices, tensorRanks } = observation;
      stage.fill(-1);
      devices.fill(0);
      tensorRanks.fill(0);
      for (const [s, own] of stages.entries()) {
        stage.fill(s, own.from, own.to);
        devices.fill(own.devices.length, own.from, own.to);
        tensorRanks.fill(familyOf(own)!.tensor, own.from, own.to);
      }
    },
  });
}
