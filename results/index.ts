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
export {
  budgetText,
  type CellContents,
  type ContentsOf,
  cellContents,
  type GrowingContents,
  growingContents,
} from "./cells/cell-content.ts";
export { type FaultParts, faultsAsRows } from "./cells/failed-cell.ts";
export { cellRng, type StreamSeed } from "./cells/random-stream.ts";
export { type CellProgress, type CellsHooks, runCells } from "./cells/run-cells.ts";
export {
  COMPARE_FORMAT,
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
export { type CellWeights, sampleSize, startOrder, weightsOf } from "./evaluation/cell-order.ts";
export {
  type BudgetReport,
  CPU_SECOND_CLASSES,
  EVALUATION_FORMAT,
  type EvaluationReport,
  type EvaluationRequest as EvaluateRequest,
  type EvaluationTimes,
  SIMULATION_CLASSES,
} from "./evaluation/contract.ts";
export { type Evaluated as EvaluateResult, evaluate, evaluationCells } from "./evaluation/evaluate.ts";
export {
  type EvaluationFolder,
  type EvaluationParts,
  openEvaluation,
} from "./evaluation/evaluation-folder.ts";
export { renderEvaluation } from "./evaluation/evaluation-page.ts";
export { formatEvaluation } from "./evaluation/evaluation-text.ts";
export type {
  DividedExporter,
  Exported,
  Exporter,
  ExportFormat,
  PipelineExporter,
} from "./export/contract.ts";
export { exporterOf, exporters, exportFormatOf, exportFormats, pipelineExporters } from "./export/index.ts";
export { pipelineTrace } from "./export/trace/pipeline-trace.ts";
export { type Trace, traceOf } from "./export/trace/trace.ts";
export { type AppendLog, openLog, readLog } from "./files/append-log.ts";
export { writeAtomically } from "./files/atomic.ts";
export { boardOf, rankedRows } from "./leaderboard/board.ts";
export {
  type BestKnown,
  type Board,
  type BoardRow,
  ENTRY_FORMAT,
  type Entry,
  type EntryCell,
  type PlanRule,
  type Track,
} from "./leaderboard/contract.ts";
export { type EntryFolder, readEntryFolder } from "./leaderboard/entry/entry-file.ts";
export {
  type Added,
  type AddOptions,
  addPlan,
  addRun,
  type BoardFolders,
  type NewRecord,
  type OfferedPlan,
  type RecordKeeper,
} from "./leaderboard/submit/add.ts";
export { trackNamed, tracks } from "./leaderboard/tracks/tracks.ts";
export { type BoardParts, type VerifiedBoard, verifyBoard } from "./leaderboard/verify/board.ts";
export { type OnCell, type VerifiedEntry, verifyEntry } from "./leaderboard/verify/entry.ts";
export { createJudge, type Judge, type Judged } from "./leaderboard/verify/judge.ts";
export { boardPicture } from "./page/board/picture.ts";
export { type SiteParts, writeSite } from "./page/board/site.ts";
export { type CurvePanel, type MetricFigure, metricSvg, panelsSvg } from "./page/charts/training-curves.ts";
export { type DrawnStep, type GanttTitle, ganttSvg } from "./page/drawing/gantt-svg.ts";
export { pipelineDrawing } from "./page/drawing/pipeline-drawing.ts";
export type { BlockPhase, ScheduleBlock, ScheduleDrawing } from "./page/drawing/schedule-blocks.ts";
export { scheduleSvg } from "./page/drawing/schedule-svg.ts";
export type { Machine, Origin } from "./page/origin.ts";
export { renderPage } from "./page/page.ts";
export { renderCurves } from "./page/training-page.ts";
export type { CellsFolder, CellsFolderParts, CellsRequest, FolderRules } from "./report/cells-folder.ts";
export {
  type ComparisonFolder,
  type ComparisonParts,
  openComparison,
} from "./report/comparison-folder.ts";
export { type KeptCells, openCells } from "./report/kept-cells.ts";
export { writeComparison } from "./report/write-comparison.ts";
export type {
  Claim,
  Laboratory,
  LabRun,
  Paper,
  ReproductionScale,
  Rule,
  Source,
  TrainRun,
  Verdict,
} from "./reproduce/contract.ts";
export { type CountingLaboratory, createLaboratory, type LaboratoryParts } from "./reproduce/laboratory.ts";
export { levelOf, type Measured, type Runs, ratioOf } from "./reproduce/measured.ts";
export { papers } from "./reproduce/registry.ts";
export {
  REPRODUCTION_FORMAT,
  type Reproduction,
  type ReproductionReport,
  reproduce,
} from "./reproduce/report.ts";
export { claimVerdict, judged } from "./reproduce/verdicts.ts";
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
export { type Column, formatTable } from "./text/table.ts";
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
export { METRICS, type MetricsRow, readMetrics } from "./training/copies/metrics-row.ts";
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
