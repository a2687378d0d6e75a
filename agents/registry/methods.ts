/**
 * Every planner and agent but those that compose others (registry.ts), one line each. Adding a
 * system is its file and a line here. The registry-driven tests then cover it.
 */
import type { Method } from "../contract.ts";
import { autoMap } from "../learned/auto-map/auto-map.ts";
import { autoMapPipeline } from "../learned/auto-map/auto-map-pipeline.ts";
import { colocrl } from "../learned/colocrl.ts";
import { doppler } from "../learned/doppler.ts";
import { gdp } from "../learned/gdp.ts";
import { hdp } from "../learned/hdp.ts";
import { heterps } from "../learned/heterps.ts";
import { placeto } from "../learned/placeto.ts";
import { regal } from "../learned/regal.ts";
import { reinforce } from "../learned/reinforce.ts";
import { seq2seq } from "../learned/seq2seq.ts";
import { spotlight } from "../learned/spotlight.ts";
import { tapp } from "../learned/tapp.ts";
import { alpa } from "../planners/pipeline/alpa.ts";
import { chimera } from "../planners/pipeline/chimera.ts";
import { dapple } from "../planners/pipeline/dapple.ts";
import { distir } from "../planners/pipeline/distir.ts";
import { dnnReplication } from "../planners/pipeline/dnn-replication.ts";
import { ftpipe } from "../planners/pipeline/ftpipe.ts";
import { gpipe } from "../planners/pipeline/gpipe/gpipe.ts";
import { torchgpipe } from "../planners/pipeline/gpipe/torchgpipe.ts";
import { torchgpipeBlocks } from "../planners/pipeline/gpipe/torchgpipe-blocks.ts";
import { hetpipe } from "../planners/pipeline/hetpipe.ts";
import { pipedream } from "../planners/pipeline/pipedream/pipedream.ts";
import { pipedream2bw } from "../planners/pipeline/pipedream/pipedream-2bw.ts";
import { pipedreamInterval } from "../planners/pipeline/pipedream/pipedream-interval.ts";
import { piper } from "../planners/pipeline/piper.ts";
import { pipetransformer } from "../planners/pipeline/pipetransformer.ts";
import { cheapestTypes } from "../planners/pipeline/provisioning/cheapest-types.ts";
import { typeRules } from "../planners/pipeline/provisioning/type-rules.ts";
import { rannc } from "../planners/pipeline/rannc.ts";
import { vpipe } from "../planners/pipeline/vpipe.ts";
import { acyclicPartition } from "../planners/placement/baselines/acyclic-partition.ts";
import { multilevel } from "../planners/placement/baselines/multilevel.ts";
import { random } from "../planners/placement/baselines/random.ts";
import { roundRobin } from "../planners/placement/baselines/round-robin.ts";
import { singleDevice } from "../planners/placement/baselines/single-device.ts";
import { topoBlocks } from "../planners/placement/baselines/topo-blocks.ts";
import { vertexRanges } from "../planners/placement/baselines/vertex-ranges.ts";
import { branchAndBoundPlanner } from "../planners/placement/exact/branch-and-bound.ts";
import { idealsDp } from "../planners/placement/exact/ideals-dp.ts";
import { ilp } from "../planners/placement/exact/ilp.ts";
import { pesto } from "../planners/placement/exact/pesto.ts";
import { cpop } from "../planners/placement/lists/cpop.ts";
import { criticalPathFirst } from "../planners/placement/lists/critical-path-first.ts";
import { etf } from "../planners/placement/lists/etf.ts";
import { heft } from "../planners/placement/lists/heft.ts";
import { mEtf } from "../planners/placement/lists/m-etf.ts";
import { mSct } from "../planners/placement/lists/m-sct.ts";
import { mTopo } from "../planners/placement/lists/m-topo.ts";
import { maxMin, minMin } from "../planners/placement/lists/min-min.ts";
import { annealing } from "../planners/placement/search/annealing.ts";
import { brkga } from "../planners/placement/search/brkga.ts";
import { coarseToFine } from "../planners/placement/search/coarse-to-fine.ts";
import { goWithTheWinners } from "../planners/placement/search/go-with-the-winners.ts";
import { hillClimb } from "../planners/placement/search/hill-climb.ts";
import { latencySearch } from "../planners/placement/search/latency-search.ts";
import { lns } from "../planners/placement/search/lns.ts";
import { maxLoadSearch } from "../planners/placement/search/max-load-search.ts";
import { mcmc } from "../planners/placement/search/mcmc.ts";
import { orderedLns } from "../planners/placement/search/ordered-lns.ts";
import { randomList } from "../planners/placement/search/random-list.ts";
import { roc } from "../planners/placement/search/roc.ts";
import { tabu } from "../planners/placement/search/tabu.ts";
import { taso } from "../planners/rewriting/taso.ts";
import { accpar } from "../planners/sharding/accpar.ts";
import { automap } from "../planners/sharding/automap.ts";
import { dRec } from "../planners/sharding/d-rec.ts";
import { dataParallel } from "../planners/sharding/data-parallel.ts";
import { flexflowSoap } from "../planners/sharding/flexflow-soap.ts";
import { gspmd } from "../planners/sharding/gspmd.ts";
import { alpaIntra } from "../planners/sharding/labels/alpa-intra.ts";
import { optcnn } from "../planners/sharding/labels/optcnn.ts";
import { pase } from "../planners/sharding/labels/pase.ts";
import { tensoropt } from "../planners/sharding/labels/tensoropt.ts";
import { megatron } from "../planners/sharding/megatron.ts";
import { neoTables } from "../planners/sharding/neo-tables.ts";
import { p2 } from "../planners/sharding/p2.ts";
import { paddleAdaptive } from "../planners/sharding/paddle-adaptive.ts";
import { tensorParallel } from "../planners/sharding/tensor-parallel.ts";
import { tofu } from "../planners/sharding/tofu.ts";

export const composedMethods: readonly Method[] = [
  singleDevice,
  random,
  roundRobin,
  topoBlocks,
  torchgpipeBlocks,
  pipedreamInterval,
  cheapestTypes,
  typeRules,
  gpipe,
  torchgpipe,
  ftpipe,
  vpipe,
  dapple,
  chimera,
  pipetransformer,
  pipedream,
  pipedream2bw,
  piper,
  hetpipe,
  rannc,
  alpa,
  distir,
  dnnReplication,
  gspmd,
  automap,
  dataParallel,
  megatron,
  tensorParallel,
  paddleAdaptive,
  alpaIntra,
  optcnn,
  pase,
  tensoropt,
  multilevel,
  acyclicPartition,
  heft,
  etf,
  cpop,
  criticalPathFirst,
  minMin,
  maxMin,
  mTopo,
  mEtf,
  mSct,
  hillClimb,
  annealing,
  mcmc,
  tabu,
  brkga,
  lns,
  orderedLns,
  goWithTheWinners,
  randomList,
  coarseToFine,
  idealsDp,
  ilp,
  branchAndBoundPlanner,
  pesto,
  maxLoadSearch,
  latencySearch,
  accpar,
  tofu,
  dRec,
  flexflowSoap,
  p2,
  neoTables,
  vertexRanges,
  roc,
  taso,
  reinforce,
  seq2seq,
  colocrl,
  hdp,
  spotlight,
  placeto,
  regal,
  gdp,
  doppler,
  heterps,
  tapp,
  autoMap,
  autoMapPipeline,
];
