/** What the kernel exports. Built by `npm run build:kernels`. */
export { adam, squares } from "./adam";
export { scores, scoresBack } from "./attention";
export {
  addAll, addRows, allZero, clearAll, exponentials, largest, reluBack, tanhAll, tanhBack,
} from "./elements";
export { fmaAll } from "./fma";
export { activeRows, copyRows, countBelow, gatherRows, rowsOfUnits, scatterRows, spreadRows } from "./gather";
export { listMarked, markSenders, neighbourSums, sendBack } from "./graph";
export { cell, cellBack } from "./lstm";
export { maskBack, maskOf } from "./mask";
export { normRows, poolPositions } from "./position";
export { multiply, pack } from "./products/multiply";
export { squareRound, squareRoundBack } from "./square-rounds";
export { softmaxBack, softmaxRows } from "./rows";
