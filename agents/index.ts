/**
 * The published list of what decides: the contract, the registry, the driver, and every planner and
 * agent. A test holds the list of methods to the registry.
 */
export * from "./contract.ts";
export { boundByLinearRelaxation, type RelaxationLimits } from "./exact/programs/linear-relaxation.ts";
export { colocrl } from "./learned/colocrl.ts";
export { doppler } from "./learned/doppler.ts";
export { gdp } from "./learned/gdp.ts";
export { hdp } from "./learned/hdp.ts";
export { heterps } from "./learned/heterps.ts";
export { placeto } from "./learned/placeto.ts";
export { regal } from "./learned/regal.ts";
export { reinforce } from "./learned/reinforce.ts";
export { seq2seq } from "./learned/seq2seq.ts";
export { spotlight } from "./learned/spotlight.ts";
export { tapp } from "./learned/tapp.ts";
export { alpa } from "./planners/pipeline/alpa.ts";
export { chimera } from "./planners/pipeline/chimera.ts";
export { dapple } from "./planners/pipeline/dapple.ts";
export { distir } from "./planners/pipeline/distir.ts";
export { dnnReplication } from "./planners/pipeline/dnn-replication.ts";
export { ftpipe } from "./planners/pipeline/ftpipe.ts";
export { gpipe } from "./planners/pipeline/gpipe/gpipe.ts";
export { torchgpipe } from "./planners/pipeline/gpipe/torchgpipe.ts";
export { torchgpipeBlocks } from "./planners/pipeline/gpipe/torchgpipe-blocks.ts";
export { hetpipe } from "./planners/pipeline/hetpipe.ts";
export { pipedream } from "./planners/pipeline/pipedream/pipedream.ts";
export { pipedream2bw } from "./planners/pipeline/pipedream/pipedream-2bw.ts";
export { pipedreamInterval } from "./planners/pipeline/pipedream/pipedream-interval.ts";
export { piper } from "./planners/pipeline/piper.ts";
export { pipetransformer } from "./planners/pipeline/pipetransformer.ts";
export { cheapestTypes } from "./planners/pipeline/provisioning/cheapest-types.ts";
export { typeRules } from "./planners/pipeline/provisioning/type-rules.ts";
export { rannc } from "./planners/pipeline/rannc.ts";
export { vpipe } from "./planners/pipeline/vpipe.ts";
export { acyclicPartition } from "./planners/placement/baselines/acyclic-partition.ts";
export { multilevel } from "./planners/placement/baselines/multilevel.ts";
export { random } from "./planners/placement/baselines/random.ts";
export { roundRobin } from "./planners/placement/baselines/round-robin.ts";
export { singleDevice } from "./planners/placement/baselines/single-device.ts";
export { topoBlocks } from "./planners/placement/baselines/topo-blocks.ts";
export { vertexRanges } from "./planners/placement/baselines/vertex-ranges.ts";
export { branchAndBoundPlanner } from "./planners/placement/exact/branch-and-bound.ts";
export { idealsDp } from "./planners/placement/exact/ideals-dp.ts";
export { ilp } from "./planners/placement/exact/ilp.ts";
export { pesto } from "./planners/placement/exact/pesto.ts";
export { cpop } from "./planners/placement/lists/cpop.ts";
export { criticalPathFirst } from "./planners/placement/lists/critical-path-first.ts";
export { etf } from "./planners/placement/lists/etf.ts";
export { heft } from "./planners/placement/lists/heft.ts";
export { mEtf } from "./planners/placement/lists/m-etf.ts";
export { mSct } from "./planners/placement/lists/m-sct.ts";
export { mTopo } from "./planners/placement/lists/m-topo.ts";
export { maxMin, minMin } from "./planners/placement/lists/min-min.ts";
export { annealing } from "./planners/placement/search/annealing.ts";
export { bestOf } from "./planners/placement/search/best.ts";
export { brkga } from "./planners/placement/search/brkga.ts";
export { coarseToFine } from "./planners/placement/search/coarse-to-fine.ts";
export { goWithTheWinners } from "./planners/placement/search/go-with-the-winners.ts";
export { hillClimb } from "./planners/placement/search/hill-climb.ts";
export { houseOf } from "./planners/placement/search/house.ts";
export { latencySearch } from "./planners/placement/search/latency-search.ts";
export { lns } from "./planners/placement/search/lns.ts";
export { maxLoadSearch } from "./planners/placement/search/max-load-search.ts";
export { mcmc } from "./planners/placement/search/mcmc.ts";
export { orderedLns } from "./planners/placement/search/ordered-lns.ts";
export { randomList } from "./planners/placement/search/random-list.ts";
export { roc } from "./planners/placement/search/roc.ts";
export { tabu } from "./planners/placement/search/tabu.ts";
export { taso } from "./planners/rewriting/taso.ts";
export { accpar } from "./planners/sharding/accpar.ts";
export { automap } from "./planners/sharding/automap.ts";
export { dRec } from "./planners/sharding/d-rec.ts";
export { dataParallel } from "./planners/sharding/data-parallel.ts";
export { flexflowSoap } from "./planners/sharding/flexflow-soap.ts";
export { gspmd } from "./planners/sharding/gspmd.ts";
export { alpaIntra } from "./planners/sharding/labels/alpa-intra.ts";
export { optcnn } from "./planners/sharding/labels/optcnn.ts";
export { pase } from "./planners/sharding/labels/pase.ts";
export { tensoropt } from "./planners/sharding/labels/tensoropt.ts";
export { megatron } from "./planners/sharding/megatron.ts";
export { neoTables } from "./planners/sharding/neo-tables.ts";
export { p2 } from "./planners/sharding/p2.ts";
export { paddleAdaptive } from "./planners/sharding/paddle-adaptive.ts";
export { shardingSearchOf } from "./planners/sharding/sharding-search.ts";
export { tensorParallel } from "./planners/sharding/tensor-parallel.ts";
export { tofu } from "./planners/sharding/tofu.ts";
export { composedMethods } from "./registry/methods.ts";
export {
  defaultMethods,
  generalMethods,
  listMethods,
  type MethodListing,
  methods,
  type ResolvedMethod,
  resolveMethod,
} from "./registry/registry.ts";
export {
  limitsOf,
  type MethodSpec,
  type NumberLimits,
  type OptionInfo,
  optionsOf,
  parseOptions,
} from "./registry/spec.ts";
export {
  type AgentHooks,
  type AgentResult,
  type AgentRun,
  type GreedyPlan,
  runAgent,
} from "./run/agent.ts";
export { type MethodResult, type MethodRun, runMethod } from "./run/run.ts";
export { oneTask, type ReservedTasks, taskSource } from "./run/tasks.ts";
export {
  generalMethods as answeringAnyScenario,
  instantPlanners,
  quickMethods,
  searchFor,
} from "./selection.ts";
