/**
 * The world as it is published: model, simulator, environments. Imports nothing else of the
 * package; inside it, files import each other directly.
 */
export { checkEnv } from "./check/check-env.ts";
export { type CheckReport, type CheckResult, formatReport } from "./check/report.ts";
export type { ActionMask, Env, EnvMetadata, Info, Reset, ResetOptions, Space, Step } from "./contract.ts";
export { tablesReplay } from "./envs/embedding/replay.ts";
export { createTablesEnv, TablesEnv, type TablesOptions } from "./envs/embedding/tables.ts";
export * from "./envs/embedding/tables-observation.ts";
export { type Advance, Episode, type EpisodeParts } from "./envs/episode/episode.ts";
export type { EpisodeState, Phase } from "./envs/episode/episode-state.ts";
export { createHybridEnv, HYBRID_ID, HybridEnv, type HybridOptions } from "./envs/hybrid/plan.ts";
export { type HybridReplay, hybridReplay } from "./envs/hybrid/replay.ts";
export type { Returns } from "./envs/options.ts";
export { ASSIGN_ID, AssignEnv, type AssignOptions, createAssignEnv } from "./envs/pipeline/assign.ts";
export { type AssignReplay, assignReplay } from "./envs/pipeline/assign-replay.ts";
export type {
  AssignChoices,
  AssignedStages,
  AssignSettings,
  AssignWorld,
  Contiguity,
} from "./envs/pipeline/assign-rules.ts";
export { type CutReplay, cutReplay } from "./envs/pipeline/cut-replay.ts";
export type { CutChoices, CutProgress, CutSettings, CutWorld } from "./envs/pipeline/cut-rules.ts";
export { CUTS_ID, CutsEnv, type CutsOptions, createCutsEnv } from "./envs/pipeline/cuts.ts";
export type { PipelineEnvOptions, PipelineParts } from "./envs/pipeline/pipeline-parts.ts";
export { renderPipeline } from "./envs/pipeline/render.ts";
export type { PipelineChoices, PipelineSettings } from "./envs/pipeline/settings.ts";
export { createOneShotEnv, ONE_SHOT_ID, OneShotEnv } from "./envs/placement/one-shot.ts";
export type { PlacementEnvOptions, PlacementParts } from "./envs/placement/placement-parts.ts";
export {
  createProgressiveEnv,
  PROGRESSIVE_ID,
  ProgressiveEnv,
  type ProgressiveOptions,
  type ProgressiveReward,
} from "./envs/placement/progressive.ts";
export {
  createRefineEnv,
  REFINE_ID,
  RefineEnv,
  type RefineOptions,
  type RefineStart,
} from "./envs/placement/refine.ts";
export type { PlanState } from "./envs/plan-state.ts";
export { createTypesEnv, TYPES_ID, TypesEnv, type TypesOptions } from "./envs/provision/types.ts";
export { createProgramEnv, ProgramEnv, type ProgramOptions } from "./envs/reduction/program.ts";
export { type ReductionReplay, reductionReplay } from "./envs/reduction/replay.ts";
export * from "./envs/registry.ts";
export { renderPlan } from "./envs/render.ts";
export {
  createGraphEnv,
  GRAPH_ID,
  GraphEnv,
  type GraphOptions,
  rewritingReplay,
} from "./envs/rewrite/graph.ts";
export { createMeshEnv, type MeshChoices, MeshEnv, type MeshOptions } from "./envs/sharding/mesh.ts";
export { type ShardingReplay, shardingReplay } from "./envs/sharding/replay.ts";
export { allowedDevices } from "./model/cluster/allowed-devices.ts";
export {
  type Cluster,
  type Device,
  egressCluster,
  isCpu,
  type Link,
  validateCluster,
} from "./model/cluster/cluster.ts";
export {
  type DataEdges,
  dataConsumers,
  reversed,
  transferTimesUs,
} from "./model/cluster/output-transfers.ts";
export { type DeviceSpeeds, withSlowerDevices } from "./model/cluster/slower-devices.ts";
export { rooflineUs, runTimesUs, type WorkColumns } from "./model/cluster/speed.ts";
export { atMost } from "./model/coarsen/at-most.ts";
export { contractChains } from "./model/coarsen/chain.ts";
export { fuseComponents, isAcyclic } from "./model/coarsen/components.ts";
export { fixedSize } from "./model/coarsen/fixed-size.ts";
export { type GroupedGraph, type GroupGraph, groupGraph } from "./model/coarsen/group-graph.ts";
export * from "./model/coarsen/grouping.ts";
export { heavyEdgeMates, type Joined, type MatchingRule } from "./model/coarsen/multilevel/matching.ts";
export { multilevel } from "./model/coarsen/multilevel/multilevel.ts";
export { groupsForPlacement } from "./model/coarsen/placement.ts";
export { type CoarseningReport, coarseningReport, cutBytes } from "./model/coarsen/report.ts";
export { type CoarseningRule, coarsen, coarseningRule, coarseningRules } from "./model/coarsen/rules.ts";
export { contractSeriesParallel } from "./model/coarsen/series-parallel.ts";
export {
  type Admission,
  holdsAtMost,
  keepsParallelWork,
  mergeSingleConsumers,
} from "./model/coarsen/single-consumer.ts";
export { opWork } from "./model/coarsen/work.ts";
export { createScenario } from "./model/create-scenario.ts";
export { InputError, OrderDeadlock } from "./model/errors.ts";
export { withDispatch } from "./model/fidelity/dispatch.ts";
export * from "./model/fidelity/fidelity.ts";
export { type NamedFidelity, namedFidelities, withFidelity } from "./model/fidelity/named.ts";
export { type NetworkModel, networkModels, withNetwork } from "./model/fidelity/networks.ts";
export {
  graphHash,
  readScenario,
  SCENARIO_SCHEMA,
  type ScenarioFile,
  scenarioHash,
  sentenceOf,
  writeScenario,
} from "./model/file.ts";
export * from "./model/graph/builder.ts";
export { parseGraph } from "./model/graph/dsl.ts";
export {
  ANY_KIND,
  CONTROL,
  type DataFeatures,
  type OpGraph,
  Role,
  type RoleName,
  roleNames,
} from "./model/graph/graph.ts";
export { fromGraphology, opSpecOf, toGraphology } from "./model/graph/graphology.ts";
export {
  type DimensionKind,
  dimensionKinds,
  type IterationDimension,
  type OpIteration,
  type TensorAxes,
  WHOLE,
  type Window,
} from "./model/graph/iteration.ts";
export { type AxisGroup, matchedAxes } from "./model/graph/matched-axes.ts";
export {
  type AcceleratorType,
  type LayerChain,
  layerChain,
  MOST_LAYERS,
} from "./model/layers/layer-chain.ts";
export { type LayerGroups, layerGroups } from "./model/layers/layer-groups.ts";
export { type RepeatedRun, repeatedBlocks } from "./model/layers/repeated-blocks.ts";
export { type LayerStage, type StagePlan, stagePlan } from "./model/layers/stage-plan.ts";
export type { Mesh, MeshAxis, MeshSizes } from "./model/layout/mesh.ts";
export {
  type DimensionRanges,
  type NaturalLayouts,
  naturalLayouts,
  type OpSplit,
  type Panels,
} from "./model/layout/natural.ts";
export type { Passed, Ranges } from "./model/layout/ranges.ts";
export {
  type CollectiveName,
  HOST_STAGE,
  type PipelinePlan,
  type PipelineStage,
  type ScheduleChoice,
  type Share as MicroBatchShare,
  type StageInside,
  type Sync,
} from "./model/plan/pipeline.ts";
export { type Placement, placement } from "./model/plan/placement.ts";
export {
  asPlacement,
  copyPlan,
  equalPlans,
  type Plan,
  type PlanKindName,
  planFromJson,
  planKindNames,
  planKinds,
  planToJson,
  validatePlan,
} from "./model/plan/plan.ts";
export { planIn, readPlan } from "./model/plan/plan-file.ts";
export type { PlanJson, PlanKind } from "./model/plan/plan-kind.ts";
export { type RewritingPlan, rewritingOn, rewrittenScenario } from "./model/plan/rewriting.ts";
export type {
  OpOwner,
  PlanReduction,
  ShardingCollective,
  ShardingPlan,
  ZeroStage,
} from "./model/plan/sharding.ts";
export type {
  MeshAxesOf,
  OpFields,
  OpPanels,
  OpRatio,
  OutputLayout,
} from "./model/plan/sharding-fields/op-fields.ts";
export { createRng, type Rng, type RngState, restoreRng } from "./model/rng.ts";
export {
  type Demand,
  type Objective,
  type OpAliases,
  objectives,
  type Scenario,
  type ScenarioMeta,
} from "./model/scenario.ts";
export { didYouMean, nearest, notKnown } from "./model/suggest.ts";
export { type TestScenarioOptions, testScenario } from "./model/test-scenario.ts";
export { type NumberRange, Query, queryText, readQuery } from "./model/user/query.ts";
export { type AssignObservation, assignGroupColumns, assignObservation } from "./parts/assign-observation.ts";
export { type CutsObservation, cutsObservation, openColumns } from "./parts/cuts-observation.ts";
export { type HybridObservation, hybridObservation, treatmentColumns } from "./parts/hybrid-observation.ts";
export { type LayerParts, type LayerRows, layerColumns, sumColumns } from "./parts/layer-columns.ts";
export { type MaskPart, supportMask } from "./parts/mask.ts";
export { groupColumns, type PlacementObservation, placementObservation } from "./parts/observation.ts";
export { type ObservationPart, rewritable } from "./parts/observation-part.ts";
export * from "./parts/reduction-observation.ts";
export * from "./parts/sharding-observation.ts";
export {
  fixedRandomPlacement,
  givenPlacement,
  randomPlacement,
  type StartRule,
  singleDevicePlacement,
  startRules,
} from "./parts/start.ts";
export { everyGroupVisited, type Termination } from "./parts/termination.ts";
export * from "./parts/types-observation.ts";
export { negativeCost, negativeLogCost, negativeRootCost, type Utility } from "./parts/utility.ts";
export { type HybridDecision, type HybridView, hybridDecisions } from "./parts/views/hybrid-view.ts";
export type { AssignView, CutsView, PipelineView } from "./parts/views/pipeline-view.ts";
export type { PlacementView } from "./parts/views/placement-view.ts";
export type { ShardingView } from "./parts/views/sharding-view.ts";
export type { TypesView } from "./parts/views/types-view.ts";
export { partedBounds } from "./sim/bounds/latency/bounds.ts";
export { makespanUnits, refutationBound } from "./sim/bounds/makespan/bounds.ts";
export { type Chains, type ChainsFor, chainsOf } from "./sim/bounds/makespan/chains.ts";
export type { UnitParts, Units } from "./sim/bounds/units.ts";
export { type Compiled, compile } from "./sim/engine/compile.ts";
export { createParallelEngine, type ParallelEngine } from "./sim/engine/parallel.ts";
export {
  type Budget,
  BudgetExhausted,
  type PassCounter,
  type Refusal,
  uncounted,
} from "./sim/evaluator/budget.ts";
export {
  type Bound,
  type Evaluator,
  gapOf,
  type Neighbours,
  type ObjectiveUnit,
  type Outcome,
  type Shortfall,
  type Violation,
} from "./sim/evaluator/contract.ts";
export {
  createLedger,
  type Ledger,
  type LedgerOptions,
  type SavedMeterState,
} from "./sim/evaluator/ledger.ts";
export {
  allowance,
  type BestPlan,
  type CurvePoint,
  type Gate,
  gated,
  type MeteredEvaluator,
  type MeterOptions,
  type MeterState,
  metered,
  type Scored,
  type Spending,
} from "./sim/evaluator/meter.ts";
export { checkMove, movedPlan } from "./sim/evaluator/move.ts";
export { checkNoise, MOST_NOISE, measuredCost, noiseFactor, noisyMeter } from "./sim/evaluator/noise.ts";
export { penalisedCost } from "./sim/evaluator/penalty.ts";
export { seenAs } from "./sim/evaluator/seen-as.ts";
export { type DeviceLoads, deviceLoads } from "./sim/objectives/device-loads.ts";
export {
  evaluator,
  type ObjectiveSpec,
  objectiveOf,
  objectiveSpecs,
  objectivesFor,
} from "./sim/objectives/evaluator.ts";
export { createLatencyEvaluator, createLatencyModel, type LatencyModel } from "./sim/objectives/latency.ts";
export { createMakespanEvaluator } from "./sim/objectives/makespan.ts";
export { createMaxLoadEvaluator } from "./sim/objectives/max-load.ts";
export { memoryLimits } from "./sim/objectives/memory-limits.ts";
export { createPeakMemoryEvaluator } from "./sim/objectives/peak-memory.ts";
export {
  type PricedChain,
  type PricedType,
  pricedChain,
} from "./sim/objectives/provisioning/priced-chain.ts";
export {
  betterMove,
  type Move,
  singleMoveCount,
  singleMoves,
  type TriedMove,
} from "./sim/timeline/explain/best-move.ts";
export { type Bottleneck, type BottleneckKind, bottleneckOf } from "./sim/timeline/explain/bottleneck.ts";
export {
  criticalPath,
  lastChain,
  type Segment,
  type SegmentKind,
} from "./sim/timeline/explain/critical-path.ts";
export { type Difference, difference, type Relocation } from "./sim/timeline/explain/difference.ts";
export { type Explanation, explain, type PathSummary } from "./sim/timeline/explain/explanation.ts";
export { type Journey, journeysOf } from "./sim/timeline/explain/journeys.ts";
export {
  type MemoryPart,
  type MemoryParts,
  type MemoryStep,
  memoryAtPeak,
  memoryPartNames,
  memorySteps,
} from "./sim/timeline/explain/memory-steps.ts";
export { kindTotals, type Share, sharesOf } from "./sim/timeline/explain/shares.ts";
export {
  type Blocker,
  type Hold,
  linksOf,
  type Resource,
  type StepTimes,
  type Task,
  type Tasks,
  tasksOf,
} from "./sim/timeline/explain/tasks.ts";
export { simulateLatency } from "./sim/timeline/latency-timeline.ts";
export type {
  DeviceTime,
  InsideWait,
  PipelineBlock,
  PipelineTimeline,
  PipelineTransfer,
  StageFacts,
  SyncSpan,
} from "./sim/timeline/pipeline/contract.ts";
export {
  idleShares,
  type LossName,
  lossNames,
  type PipelineLosses,
  pipelineLosses,
} from "./sim/timeline/pipeline/losses.ts";
export { pipelineTimeline } from "./sim/timeline/pipeline/pipeline-timeline.ts";
export { createScorer, type ScoredPlan, scoredPlan } from "./sim/timeline/scored-plan.ts";
export {
  type CollectiveSummary,
  type ShardingSummary,
  shardingSummary,
} from "./sim/timeline/sharding-summary.ts";
export { createSimulator, simulate, type Timeline } from "./sim/timeline/timeline.ts";
export { timelineOf } from "./sim/timeline/timeline-of.ts";
export { type Box, type BoxSpec, box } from "./spaces/box.ts";
export { type Dict, dict } from "./spaces/dict.ts";
export { type Discrete, discrete, sampleMasked } from "./spaces/discrete.ts";
export { type Frame, type FramePart, frameOf } from "./spaces/flatten.ts";
export { type MultiDiscrete, multiDiscrete } from "./spaces/multi-discrete.ts";
export { type Names, namesSpace } from "./spaces/names.ts";
export { type AsyncVectorOptions, asyncVector } from "./vector/async.ts";
export {
  type AsyncVectorEnv,
  type AutoresetMode,
  autoresetModes,
  type VectorEnv,
  type VectorReset,
  type VectorShape,
  type VectorStep,
} from "./vector/contract.ts";
export { type Stacked, stackObservations } from "./vector/stack.ts";
export { type EnvSource, type LaterEnvSource, type SyncVectorOptions, syncVector } from "./vector/sync.ts";
export { type EpisodeStatistics, episodeStatistics } from "./wrappers/episode-statistics.ts";
export { flattenObservation } from "./wrappers/flatten-observation.ts";
export { type NoisyTimesOptions, noisyTimes } from "./wrappers/noisy-times.ts";
export { type NormaliseRewardOptions, normaliseReward } from "./wrappers/normalise-reward.ts";
export { type SlowDevicesOptions, slowDevices } from "./wrappers/slow-devices.ts";
export { timeLimit } from "./wrappers/time-limit.ts";
export {
  type ActionTransform,
  type ObservationTransform,
  transformAction,
  transformObservation,
  transformReward,
} from "./wrappers/transform.ts";
export { Wrapper, type WrapperState } from "./wrappers/wrapper.ts";
