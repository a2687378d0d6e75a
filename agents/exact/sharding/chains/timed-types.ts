/**
 * AccPar's costs as its paper has them (Song et al., HPCA 2020), on equal halves: the time that a
 * group computes and the time that it exchanges. A group's speed is the sum of its devices'. Its
 * bandwidth is that of the slowest pair of devices that the halving parts; the paper has one number
 * for each group.
 *
 * On equal halves the computing of a layer is the same for every type. So the types of least time
 * are those of least elements exchanged.
 */
import {
  type ChainLayer,
  exchangedElements,
  inputElements,
  outputElements,
  type TypeCosts,
  weightElements,
} from "./type-chain.ts";

export interface GroupSpeed {
  /** Of all devices of both groups. */
  readonly flopsPerUs: number;
  readonly elementsPerUs: number;
}

/** FLOP of the forward, backward and gradient products. */
export function layerFlops(layer: ChainLayer): number {
  const { batch, inputChannels, outputChannels, outputArea, kernelArea } = layer;
  return (
    outputElements(layer) * (2 * inputChannels * kernelArea - 1) +
    inputElements(layer) * (2 * outputChannels * kernelArea - 1) +
    weightElements(layer) * (2 * batch * outputArea - 1)
  );
}

export const timedTypes = ({ flopsPerUs, elementsPerUs }: GroupSpeed): TypeCosts => ({
  inside: (layer, type, l) =>
    layerFlops(layer) / flopsPerUs + exchangedElements.inside(layer, type, l) / elementsPerUs,
  between: (layer, before, type) => exchangedElements.between(layer, before, type) / elementsPerUs,
});
