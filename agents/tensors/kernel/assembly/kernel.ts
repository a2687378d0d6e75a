/** What the kernel exports. Built by `npm run build:kernels`. */
export { scores, scoresBack } from "./attention";
export {
  addAll, addRows, addScaled, allZero, dot, exponentials, largest, reluBack, tanhAll, tanhBack,
} from "./elements";
export { neighbourSums } from "./graph";
export { cell, cellBack } from "./lstm";
export { multiply, pack } from "./product";
export { softmaxBack, softmaxRows } from "./rows";
