/**
 * The default observation of `Pipeline/Cuts-v1`. There is a row of columns for each layer, the
 * edges between layers, sums over the open stage, and the stage of each layer. The arrays belong to
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
import type { CutsView } from "./views/pipeline-view.ts";

export interface CutsObservation extends LayerRows {
  /** The stage that is open, and what is left for later ones, shape [openColumns.length]. */
  readonly open: Float32Array;
  readonly openColumns: readonly string[];
  /** The layer that the next action is about, -1 where there is none. */
  readonly current: number;
  /** Stage of each layer, -1 where no action was about it yet. */
  readonly stage: Int32Array;
}

/**
 * Sums over the open stage, the current layer included. Then the share of the devices that are
 * left, and the share of the batch that a micro-batch has.
 */
export const openColumns = Object.freeze([...sumColumns, "devicesLeft", "microBatch"] as const);

export function cutsObservation(chain: LayerChain): ObservationPart<CutsObservation, CutsView> {
  const { count } = chain;
  const parts = layerParts(chain);
  return rewritable<CutsObservation, CutsView>({
    space: dict<CutsObservation>({
      ...parts.spaces,
      open: box({ shape: [openColumns.length], low: 0, high: 1 }),
      openColumns: namesSpace(openColumns),
      current: discrete(count + 1, { start: -1 }),
      stage: multiDiscrete(new Int32Array(count).fill(count + 1), { start: -1 }),
    }),
    needsStartTimes: false,
    constant: parts.constant,
    blank: () => ({
      ...parts.blank(),
      open: new Float32Array(openColumns.length),
      openColumns,
      current: -1,
      stage: new Int32Array(count),
    }),
    rewrite(observation, { current, openFrom, stageOf, devicesLeft, deviceCount, microBatches }) {
      const sums = parts.sums((layer) => layer >= openFrom && layer <= current);
      parts.mark(observation.layers, (layer) => layer === current);
      observation.open.set([...sums, devicesLeft / deviceCount, 1 / microBatches]);
      observation.current = current;
      observation.stage.set(stageOf);
    },
  });
}
