/**
 * What the pipeline envs show of a chain: a row of columns for each layer, the edges between
 * layers, and sums over layers.
 *
 * A column of `layers` is divided by its largest value, a sum by the sum over all layers. So both
 * are in [0, 1].
 */
import type { LayerChain } from "../model/layers/layer-chain.ts";
import { layerEdges } from "../model/layers/layer-edges.ts";
import { type Box, box } from "../spaces/box.ts";
import { type MultiDiscrete, multiDiscrete } from "../spaces/multi-discrete.ts";
import { type Names, namesSpace } from "../spaces/names.ts";

/** Columns of `layers`; all but the last are constant through an episode. */
export const layerColumns = Object.freeze([
  "forward",
  "backward",
  "weightBytes",
  "keptBytes",
  "cutBytes",
  "gradientCutBytes",
  "position",
  "isCurrent",
] as const);
const WIDTH = layerColumns.length;
const IS_CURRENT = layerColumns.indexOf("isCurrent");

/** Sums over layers: shares of the whole chain. */
export const sumColumns = Object.freeze(["forward", "backward", "weightBytes", "keptBytes"] as const);

/** The parts of an observation that both pipeline envs share. */
export interface LayerRows {
  /** What is seen of each layer, shape [layers x layerColumns.length], row by row. */
  readonly layers: Float32Array;
  readonly layerColumns: readonly string[];
  /** Edges between layers, shape [2 x edges]: all sources, then all destinations. */
  readonly edges: Int32Array;
}

export interface LayerParts {
  readonly spaces: { readonly layers: Box; readonly layerColumns: Names; readonly edges: MultiDiscrete };
  /** What never changes; the arrays are not to be given away. */
  readonly constant: Pick<LayerRows, "edges">;
  /** Fresh arrays, in which no layer is current. */
  blank(): LayerRows;
  /** Writes which layers the next action is about. */
  mark(layers: Float32Array, isCurrent: (layer: number) => boolean): void;
  /** The sums of `sumColumns` over the layers that are in. */
  sums(isIn: (layer: number) => boolean): number[];
}

export function layerParts(chain: LayerChain): LayerParts {
  const { count } = chain;
  const [forward, backward] = [meanUs(chain, chain.forwardUs), meanUs(chain, chain.backwardUs)];
  const { weightBytes, keptBytes, cutBytes, gradientCutBytes } = chain;
  const position = Float64Array.from({ length: count }, (_, layer) => layer);
  const columns = new Float32Array(count * WIDTH);
  [forward, backward, weightBytes, keptBytes, cutBytes, gradientCutBytes, position].forEach((column, c) => {
    const largest = column.reduce((a, b) => Math.max(a, b), 0);
    for (let layer = 0; layer < count; layer++) columns[layer * WIDTH + c] = share(column[layer], largest);
  });
  const edges = edgeList(chain);
  const summed = [forward, backward, weightBytes, keptBytes];
  const totals = summed.map((column) => column.reduce((a, b) => a + b, 0));
  return {
    spaces: {
      layers: box({ shape: [count, WIDTH], low: 0, high: 1 }),
      layerColumns: namesSpace(layerColumns),
      edges: multiDiscrete(new Int32Array(edges.length).fill(count)),
    },
    constant: { edges },
    blank: () => ({ layers: columns.slice(), layerColumns, edges: edges.slice() }),
    mark(layers, isCurrent) {
      for (let layer = 0; layer < count; layer++)
        layers[layer * WIDTH + IS_CURRENT] = Number(isCurrent(layer));
    },
    sums: (isIn) =>
      summed.map((column, c) => {
        let sum = 0;
        for (let layer = 0; layer < count; layer++) if (isIn(layer)) sum += column[layer];
        return Math.min(1, share(sum, totals[c]));
      }),
  };
}

/** Mean over the device types that can run the layer, us. */
function meanUs({ count, types }: LayerChain, us: Float64Array): Float64Array {
  return Float64Array.from({ length: count }, (_, layer) => {
    const possible = types.map((_, type) => us[type * count + layer]).filter(Number.isFinite);
    return possible.length === 0 ? 0 : possible.reduce((a, b) => a + b, 0) / possible.length;
  });
}

function edgeList(chain: LayerChain): Int32Array {
  const successors = layerEdges(chain);
  const sources = successors.flatMap((list, from) => list.map(() => from));
  return Int32Array.from([...sources, ...successors.flat()]);
}

const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
