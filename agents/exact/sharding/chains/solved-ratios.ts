/**
 * AccPar's ratios (Song et al., HPCA 2020). Two groups of unequal speed share a layer as alpha and
 * 1 - alpha, so that both are done at the same time. The ratio is solved for each pair of types of
 * a layer and the one before it. The program over the chain then adds up the times.
 *
 * Exchange of a border, of the elements F of the map between and as many of its error, for a share:
 *
 *   before \ this   I             II            III
 *   I               0             own x other   other
 *   II              other         other         0
 *   III             own x other   0             other
 *
 * `own x other` counts twice, for the map and its error. With one ratio for all layers the best of
 * all multiples of 1/64 is taken.
 */
import { layerFlops } from "./timed-types.ts";
import {
  type ChainLayer,
  inputElements,
  outputElements,
  type SplitType,
  weightElements,
} from "./type-chain.ts";

export interface UnequalGroup {
  readonly flopsPerUs: number;
  readonly elementsPerUs: number;
}

export interface RatioTypes {
  readonly types: readonly SplitType[];
  /** Share of the first group in each layer. */
  readonly ratios: readonly number[];
  /** Us. */
  readonly cost: number;
}

/** Elements that a group of a share gets at the border before a layer. */
function borderElements(layer: ChainLayer, before: SplitType | null, type: SplitType, own: number): number {
  if (before === null) return 0;
  const [elements, other] = [inputElements(layer), 1 - own];
  if ((before === 0 && type === 0) || (before > 0 && type > 0 && before !== type)) return 0;
  if ((before === 0 && type === 1) || (before === 2 && type === 0)) return 2 * own * other * elements;
  return other * elements;
}

function insideElements(layer: ChainLayer, type: SplitType): number {
  if (type === 0) return weightElements(layer);
  return type === 1 ? outputElements(layer) : inputElements(layer);
}

interface Border {
  readonly before: SplitType | null;
  readonly type: SplitType;
}

/** Time of a group that has a share of the layer, us. */
export const shareTimeUs = (
  layer: ChainLayer,
  { before, type }: Border,
  share: number,
  { flopsPerUs, elementsPerUs }: UnequalGroup,
): number =>
  (share * layerFlops(layer)) / flopsPerUs +
  (insideElements(layer, type) + borderElements(layer, before, type, share)) / elementsPerUs;

const STEPS = 60;

/** The share of the first group at which both take equally long, by halving an interval. */
export function solvedRatio(
  layer: ChainLayer,
  border: Border,
  [first, second]: readonly [UnequalGroup, UnequalGroup],
): { readonly ratio: number; readonly us: number } {
  const isLate = (share: number) =>
    shareTimeUs(layer, border, share, first) > shareTimeUs(layer, border, 1 - share, second);
  let [low, high] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (isLate(middle)) high = middle;
    else low = middle;
  }
  const ratio = (low + high) / 2;
  const us = Math.max(
    shareTimeUs(layer, border, ratio, first),
    shareTimeUs(layer, border, 1 - ratio, second),
  );
  return { ratio, us };
}

type Groups = readonly [UnequalGroup, UnequalGroup];

/** Whether layer l may have a type. */
export type MayHave = (l: number, type: SplitType) => boolean;

const anyType: MayHave = () => true;

/** Types and ratios of least time; of equal ones the lower type. */
export const bestRatioTypes = (
  layers: readonly ChainLayer[],
  offered: readonly SplitType[],
  groups: Groups,
  mayHave: MayHave = anyType,
): RatioTypes =>
  bestTypesWith(layers, offered, mayHave, (layer, border) => solvedRatio(layer, border, groups));

const MULTIPLES = 64;

/** The same with one ratio for all layers, the smallest of equal ones. */
export function bestCommonRatio(
  layers: readonly ChainLayer[],
  offered: readonly SplitType[],
  groups: Groups,
  mayHave: MayHave = anyType,
): RatioTypes {
  const [first, second] = groups;
  const found = Array.from({ length: MULTIPLES - 1 }, (_, i) => (i + 1) / MULTIPLES).map((ratio) =>
    bestTypesWith(layers, offered, mayHave, (layer, border) => ({
      ratio,
      us: Math.max(shareTimeUs(layer, border, ratio, first), shareTimeUs(layer, border, 1 - ratio, second)),
    })),
  );
  return found.reduce((best, each) => (each.cost < best.cost ? each : best));
}

/** The program over the chain: `timeOf` a layer after another type. */
function bestTypesWith(
  layers: readonly ChainLayer[],
  offered: readonly SplitType[],
  mayHave: MayHave,
  timeOf: (layer: ChainLayer, border: Border) => { readonly ratio: number; readonly us: number },
): RatioTypes {
  let reached: RatioTypes[] = offered.map(() => ({ types: [], ratios: [], cost: 0 }));
  layers.forEach((layer, l) => {
    reached = offered.map((type) => {
      const ways = reached.map(({ types, ratios, cost }): RatioTypes => {
        const { ratio, us } = timeOf(layer, { before: l === 0 ? null : types[l - 1], type });
        const total = mayHave(l, type) ? cost + us : Number.POSITIVE_INFINITY;
        return { types: [...types, type], ratios: [...ratios, ratio], cost: total };
      });
      return ways.reduce((best, way) => (way.cost < best.cost ? way : best));
    });
  });
  return reached.reduce((best, each) => (each.cost < best.cost ? each : best));
}
