/**
 * AccPar's program (Song et al., HPCA 2020) on a chain of layers, as the released code has it. At
 * every level the accelerators part into two equal halves, and each layer takes one of three types.
 * Type I splits the batch, II the input channels, III the output channels. The cost is the
 * communication in elements for one pair of halves; computation costs nothing.
 *
 * Each level is solved for itself. Then the types halve the shapes, and the halves go on alike.
 * Other costs (timed-types.ts) may take the place of the released ones.
 */

/** 0 splits the batch, 1 the input channels, 2 the output channels. */
export const typeNames = ["I", "II", "III"] as const;
export type SplitType = 0 | 1 | 2;

/** A layer: elements of its maps are samples x channels x area. */
export interface ChainLayer {
  readonly batch: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Rows x columns of the input and output map; 1 for a fully connected layer. */
  readonly inputArea: number;
  readonly outputArea: number;
  /** Weights of one pair of channels; 1 for a fully connected layer. */
  readonly kernelArea: number;
}

export interface TypedLevel {
  /** Type of each layer. */
  readonly types: readonly SplitType[];
  /** Elements. */
  readonly cost: number;
}

export const inputElements = (layer: ChainLayer): number =>
  layer.batch * layer.inputChannels * layer.inputArea;
export const outputElements = (layer: ChainLayer): number =>
  layer.batch * layer.outputChannels * layer.outputArea;
export const weightElements = (layer: ChainLayer): number =>
  layer.inputChannels * layer.outputChannels * layer.kernelArea;

/** Sums of partial results inside a layer: of the weights' gradient, the output or the error. */
function insideCost(layer: ChainLayer, type: SplitType): number {
  if (type === 0) return weightElements(layer);
  return type === 1 ? outputElements(layer) : inputElements(layer);
}

/** Share of a layer's input that is exchanged, by the type before and its own. */
const BETWEEN: readonly (readonly number[])[] = [
  [0, 0.5, 0.5],
  [0.5, 0.5, 0],
  [0.5, 0, 0.5],
];

/** What a type costs in layer l, and what the border before it costs; Infinity forbids. */
export interface TypeCosts {
  inside(layer: ChainLayer, type: SplitType, l: number): number;
  between(layer: ChainLayer, before: SplitType, type: SplitType): number;
}

/** Elements that are exchanged, as the released code counts them. */
export const exchangedElements: TypeCosts = {
  inside: insideCost,
  between: (layer, before, type) => BETWEEN[before][type] * inputElements(layer),
};

export const typesCost = (
  layers: readonly ChainLayer[],
  types: readonly SplitType[],
  { inside, between }: TypeCosts = exchangedElements,
): number =>
  layers.reduce(
    (cost, layer, l) =>
      cost + inside(layer, types[l], l) + (l === 0 ? 0 : between(layer, types[l - 1], types[l])),
    0,
  );

/** Types of least cost among the offered ones; of equal costs the lower type wins. */
export function bestTypes(
  layers: readonly ChainLayer[],
  offered: readonly SplitType[],
  { inside, between }: TypeCosts = exchangedElements,
): TypedLevel {
  let costs = offered.map((type) => (layers.length === 0 ? 0 : inside(layers[0], type, 0)));
  const from: number[][] = [];
  for (const [l, layer] of layers.entries()) {
    if (l === 0) continue;
    const choices = offered.map((type) => {
      const totals = offered.map((before, b) => costs[b] + between(layer, before, type));
      const best = totals.reduce((least, total, b) => (total < totals[least] ? b : least), 0);
      return { best, cost: totals[best] + inside(layer, type, l) };
    });
    from.push(choices.map(({ best }) => best));
    costs = choices.map(({ cost }) => cost);
  }
  let last = costs.reduce((least, cost, t) => (cost < costs[least] ? t : least), 0);
  const cost = costs[last];
  const types = layers.length === 0 ? [] : [offered[last]];
  for (let l = from.length - 1; l >= 0; l--) {
    last = from[l][last];
    types.unshift(offered[last]);
  }
  return { types, cost };
}

/** One half of a layer after a split by its type. */
export function halved(layer: ChainLayer, type: SplitType): ChainLayer {
  if (type === 0) return { ...layer, batch: layer.batch / 2 };
  return type === 1
    ? { ...layer, inputChannels: layer.inputChannels / 2 }
    : { ...layer, outputChannels: layer.outputChannels / 2 };
}

/** `choose` gives the types of a level; levels outermost first, 2^levels accelerators in all. */
export function typedLevels(
  layers: readonly ChainLayer[],
  levels: number,
  choose: (layers: readonly ChainLayer[]) => TypedLevel,
): readonly TypedLevel[] {
  const found: TypedLevel[] = [];
  let current = layers;
  for (let level = 0; level < levels; level++) {
    const chosen = choose(current);
    found.push(chosen);
    current = current.map((layer, l) => halved(layer, chosen.types[l]));
  }
  return found;
}
