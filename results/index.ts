/** What happened: running cells, comparing methods, tables, pages and run directories. */
export { type AnytimeCurve, type AnytimePoint, anytimeCurve } from "./cells/anytime.ts";
export { type BoundFor, bestKnownBound } from "./cells/best-bound.ts";
export {
  type BestSoFar,
  type CellHooks,
  type CellOutcome,
  type CellResult,
  type CellSpec,
  type CellTimes,
  type CurveStep,
  type RunCell,
  runCell,
} from "./cells/cell.ts";
export { type FaultParts, faultsAsRows } from "./cells/failed-cell.ts";
export { cellRng, type StreamSeed } from "./cells/random-stream.ts";
export {
  COMPARE_FORMAT,
  type CompareHooks,
  type CompareProgress,
  type CompareReport,
  type CompareRequest,
  cellsOf,
  compare,
  type ScenarioTable,
  withoutTimes,
} from "./comparison/compare.ts";
export {
  groupBy,
  type IndexedCell,
  type MethodSummary,
  type Row,
  rankRows,
  summarise,
} from "./comparison/ranking.ts";
export { overallVerdict, verdictOf } from "./comparison/verdict.ts";
export type { Exported, Exporter } from "./export/contract.ts";
export { exporterOf, exporters } from "./export/index.ts";
export { type Trace, traceOf } from "./export/trace/trace.ts";
export { type AppendLog, openLog, readLog } from "./files/append-log.ts";
export { writeAtomically } from "./files/atomic.ts";
export { type CurvePanel, type MetricFigure, metricSvg, panelsSvg } from "./page/charts/training-curves.ts";
export { type DrawnStep, type GanttTitle, ganttSvg } from "./page/drawing/gantt-svg.ts";
export type { Machine, Origin } from "./page/origin.ts";
export { renderPage } from "./page/page.ts";
export { renderCurves } from "./page/training-page.ts";
export {
  type ComparisonFolder,
  type ComparisonParts,
  openComparison,
} from "./report/comparison-folder.ts";
export { type KeptCells, openCells } from "./report/kept-cells.ts";
export { writeComparison } from "./report/write-comparison.ts";
export { interquartileMean } from "./statistics/averages.ts";
export {
  type CellStatistics,
  cellStatistics,
  methodStatistics,
  pairedStatistics,
  rankStatistics,
} from "./statistics/cell-statistics.ts";
export type {
  Interval,
  MethodStatistics,
  PairedStatistics,
  RankStatistics,
  ScoreTable,
} from "./statistics/contract.ts";
export { criticalDifference } from "./statistics/critical-difference.ts";
export { type ImprovementDraws, probabilityOfImprovement } from "./statistics/improvement.ts";
export { pairedDifference, type ValuePair } from "./statistics/paired-difference.ts";
export { PROFILE_SCORES } from "./statistics/profile.ts";
export { type BoundOf, type MethodScores, type ScoredSeed, scoresOf } from "./statistics/scores.ts";
export { rankCorrelation } from "./statistics/spearman.ts";
export {
  formatBytes,
  formatCount,
  formatGap,
  formatOn,
  formatSeconds,
  formatUs,
  formatValue,
  type Scale,
  scaleFor,
} from "./text/format.ts";
export { formatTable } from "./text/table.ts";
export {
  CHECKPOINT,
  type Checkpoint,
  type CurveTimes,
  meterState,
  type OldMeter,
  type RunTimes,
  restoredMeterState,
  type SavedMeter,
  TIMES,
} from "./training/checkpoint.ts";
export {
  type CurveLine,
  type CurveOptions,
  type CurveSet,
  curveSet,
  type MetricCurves,
} from "./training/curves/curve-set.ts";
export { recordedIn } from "./training/curves/recorded-folder.ts";
export type { RecordedRun, SeriesPoint } from "./training/curves/recorded-run.ts";
export type { Evaluated, EvaluationRequest, HeldOutParts, HeldOutState } from "./training/held-out.ts";
export { METRICS, type MetricsRow, readMetrics } from "./training/metrics-row.ts";
export {
  POLICY,
  POLICY_FORMAT,
  type PolicyFile,
  type Pretraining,
  readPolicy,
  type TrainedPolicy,
} from "./training/policy-file.ts";
export type {
  TrainedScenario,
  TrainHooks,
  TrainParts,
  TrainRequest,
  TrainResult,
} from "./training/request.ts";
export { RUN_FORMAT, type RunDescription, type RunInputs } from "./training/run-description.ts";
export {
  createRunDirectory,
  type LogLengths,
  openRunDirectory,
  type RunDirectory,
  readDescription,
  readRunFile,
  refuseExistingRun,
} from "./training/run-directory.ts";
export { type KnownMethods, knownMethods } from "./training/run-inputs.ts";
export { resumeParts, resumeTraining, train, trainParts } from "./training/train.ts";
export { type Strategy, strategies, type TrialRow } from "./tuning/rungs.ts";
export {
  type Choice,
  type Dimension,
  type Narrowing,
  type Range,
  searchSpace,
} from "./tuning/search-space.ts";
export {
  type Rung,
  type RungPlace,
  TUNE_FORMAT,
  type TuneHooks,
  type TuneReport,
  type TuneRequest,
  tune,
} from "./tuning/tune.ts";
export { openTuning, type TuneFolder, type TuneFolderParts } from "./tuning/tune-folder.ts";
