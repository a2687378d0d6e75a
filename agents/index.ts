/** Whatever decides: the contract, the registry, the driver, and every planner and agent. */
export * from "./contract.ts";
export { boundByLinearRelaxation } from "./exact/linear-relaxation.ts";
export { placeto } from "./learned/placeto.ts";
export { reinforce } from "./learned/reinforce.ts";
export { seq2seq } from "./learned/seq2seq.ts";
export { acyclicPartition } from "./planners/acyclic-partition.ts";
export { cpop } from "./planners/cpop.ts";
export { criticalPathFirst } from "./planners/critical-path-first.ts";
export { etf } from "./planners/etf.ts";
export { heft } from "./planners/heft.ts";
export { hillClimb } from "./planners/hill-climb.ts";
export { idealsDp } from "./planners/ideals-dp.ts";
export { ilp } from "./planners/ilp.ts";
export { latencySearch } from "./planners/latency-search.ts";
export { mEtf } from "./planners/m-etf.ts";
export { mSct } from "./planners/m-sct.ts";
export { mTopo } from "./planners/m-topo.ts";
export { maxLoadSearch } from "./planners/max-load-search.ts";
export { maxMin } from "./planners/max-min.ts";
export { mcmc } from "./planners/mcmc.ts";
export { minMin } from "./planners/min-min.ts";
export { multilevel } from "./planners/multilevel.ts";
export { pipedreamInterval } from "./planners/pipedream-interval.ts";
export { random } from "./planners/random.ts";
export { roundRobin } from "./planners/round-robin.ts";
export { singleDevice } from "./planners/single-device.ts";
export { topoBlocks } from "./planners/topo-blocks.ts";
export { torchgpipeBlocks } from "./planners/torchgpipe-blocks.ts";
export {
  defaultMethods,
  generalMethods,
  listMethods,
  type MethodListing,
  methods,
  type ResolvedMethod,
  resolveMethod,
} from "./registry.ts";
export { type MethodResult, type MethodRun, runMethod } from "./run.ts";
export { type OptionInfo, optionsOf, parseOptions } from "./spec.ts";
