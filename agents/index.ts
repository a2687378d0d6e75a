/** Whatever decides: the contract, the registry, the driver, and every planner and agent. */
export * from "./contract.ts";
export { boundByLinearRelaxation } from "./exact/programs/linear-relaxation.ts";
export { placeto } from "./learned/placeto.ts";
export { reinforce } from "./learned/reinforce.ts";
export { seq2seq } from "./learned/seq2seq.ts";
export { pipedreamInterval } from "./planners/pipeline/pipedream-interval.ts";
export { torchgpipeBlocks } from "./planners/pipeline/torchgpipe-blocks.ts";
export { acyclicPartition } from "./planners/placement/baselines/acyclic-partition.ts";
export { multilevel } from "./planners/placement/baselines/multilevel.ts";
export { random } from "./planners/placement/baselines/random.ts";
export { roundRobin } from "./planners/placement/baselines/round-robin.ts";
export { singleDevice } from "./planners/placement/baselines/single-device.ts";
export { topoBlocks } from "./planners/placement/baselines/topo-blocks.ts";
export { idealsDp } from "./planners/placement/exact/ideals-dp.ts";
export { ilp } from "./planners/placement/exact/ilp.ts";
export { cpop } from "./planners/placement/lists/cpop.ts";
export { criticalPathFirst } from "./planners/placement/lists/critical-path-first.ts";
export { etf } from "./planners/placement/lists/etf.ts";
export { heft } from "./planners/placement/lists/heft.ts";
export { mEtf } from "./planners/placement/lists/m-etf.ts";
export { mSct } from "./planners/placement/lists/m-sct.ts";
export { mTopo } from "./planners/placement/lists/m-topo.ts";
export { maxMin, minMin } from "./planners/placement/lists/min-min.ts";
export { hillClimb } from "./planners/placement/search/hill-climb.ts";
export { latencySearch } from "./planners/placement/search/latency-search.ts";
export { maxLoadSearch } from "./planners/placement/search/max-load-search.ts";
export { mcmc } from "./planners/placement/search/mcmc.ts";
export {
  defaultMethods,
  generalMethods,
  listMethods,
  type MethodListing,
  methods,
  type ResolvedMethod,
  resolveMethod,
} from "./registry/registry.ts";
export { type OptionInfo, optionsOf, parseOptions } from "./registry/spec.ts";
export { type MethodResult, type MethodRun, runMethod } from "./run/run.ts";
