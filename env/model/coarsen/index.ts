/** Coarsening: from an op graph to the groups that agents place. Pure functions of graph and grouping, meant to be composed. */
export { atMost } from "./at-most.ts";
export { contractChains } from "./chain.ts";
export { fuseComponents, isAcyclic } from "./components.ts";
export { fixedSize } from "./fixed-size.ts";
export { heavyEdgeMates, type Joined, type MatchingRule } from "./matching.ts";
export { multilevel } from "./multilevel.ts";
export { groupsForPlacement } from "./placement.ts";
export { type CoarseningReport, coarseningReport, cutBytes } from "./report.ts";
export { type CoarseningRule, coarsen, coarseningRule, coarseningRules } from "./rules.ts";
export { contractSeriesParallel } from "./series-parallel.ts";
export { type Admission, holdsAtMost, keepsParallelWork, mergeSingleConsumers } from "./single-consumer.ts";
export { opWork } from "./work.ts";
