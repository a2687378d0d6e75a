/**
 * A given plan under its objective, as every command prints it: value, unit, bound, gap, and memory
 * by the objective's rule. As text with units, and as JSON in us and bytes.
 */
import { provenInfeasible } from "../../../agents/problems/infeasible.ts";
import { unknownWorkLines } from "../../../env/model/graph/unknown-work.ts";
import type { TransferRecord } from "../../../env/sim/engine/engine.ts";
import type { Violation } from "../../../env/sim/evaluator/contract.ts";
import type { ScoredPlan } from "../../../env/sim/timeline/scored-plan.ts";
import { memoryTitle, shortfallText } from "../../../results/comparison/row-text.ts";
import { displayed } from "../../../results/text/displayed.ts";
import {
  formatBytes,
  formatGap,
  formatOn,
  formatUs,
  formatValue,
  scaleFor,
} from "../../../results/text/format.ts";
import { table } from "../columns.ts";
import { pipelineJson } from "./pipeline/pipeline-json.ts";
import { pipelineLines } from "./pipeline/pipeline-text.ts";
import { shardingJson, shardingLines } from "./sharding/sharding-report.ts";

/** The same with names that can be shown, for text. */
export const displayedScore = (scored: ScoredPlan): ScoredPlan => ({
  ...scored,
  scenario: displayed(scored.scenario),
});

/** `max-load 57.40 us, 4.36% above the bound of 55.00 us (work)`, or that the plan does not fit. */
export function scoreWords({ spec, outcome, bound, gap, unlimitedValue }: ScoredPlan): string {
  const boundText = `the bound of ${formatValue(spec.unit, bound.value)} (${bound.argument})`;
  if (outcome.value === null)
    return `${spec.id} infeasible, ${formatValue(spec.unit, unlimitedValue)} if ${outcome.shortfall === undefined ? "memory had no limit" : "it were fast enough"}; no plan is below ${boundText}`;
  const against = gap === null ? "" : `, ${formatGap(gap)} above ${boundText}`;
  return `${spec.id} ${formatValue(spec.unit, outcome.value)}${against}`;
}

/** `weights 20 B of 1.00 kB on gpu:0, the fullest`, by the objective's memory rule. */
export function memoryWords(scored: ScoredPlan): string {
  const { scenario, outcome, limitBytes } = scored;
  const { peakBytes } = outcome;
  const fullest = peakBytes.reduce((best, bytes, d) => (bytes > peakBytes[best] ? d : best), 0);
  const limit =
    limitBytes[fullest] === Number.POSITIVE_INFINITY ? "" : ` of ${formatBytes(limitBytes[fullest])}`;
  return `${memoryWord(scored)} ${formatBytes(peakBytes[fullest])}${limit} on ${scenario.cluster.devices[fullest].name}, the fullest`;
}

/** For a plan that does not fit: by how much, and whether any plan can. None for another. */
export function violationLines({ scenario, outcome: { violation, shortfall } }: ScoredPlan): string[] {
  if (shortfall !== undefined) return [`The plan ${shortfallText(shortfall)}.`];
  if (violation === null) return [];
  const { cluster, graph } = scenario;
  const { device, excessBytes, limitBytes, op } = violation;
  const at = op === -1 ? "" : `, most of all when "${graph.names[op]}" takes its room`;
  const proof = provenInfeasible(scenario);
  return [
    `The plan does not fit: ${cluster.devices[device].name} needs ${formatBytes(excessBytes)} ` +
      `more than its ${formatBytes(limitBytes)}${at}.`,
    ...(proof === null ? [] : [proof]),
  ];
}

/** What a reader must know beside the numbers: what the objective has not, what the graph lacks. */
export function scoreNotes({ spec, scenario }: ScoredPlan): string[] {
  return [
    ...(spec.id === "cost" ? ["A load is the time of one batch on a device of its stage."] : []),
    ...(spec.figure === "loads" && spec.id !== "cost"
      ? [
          `The objective ${spec.id} is a sum for each device and says not when ops run; --objective makespan simulates a step.`,
        ]
      : []),
    ...unknownWorkLines(scenario.meta.unknownWork),
  ];
}

/** The score of one plan: a line, then the devices. */
export function scoreText(title: string, scored: ScoredPlan): string {
  const lines = [
    `${title}: ${scoreWords(scored)}${stepWords(scored)}`,
    ...planLines(scored),
    ...violationLines(scored).map((sentence) => `  ${sentence}`),
    ...scoreNotes(scored).map((sentence) => `  ${sentence}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** What the devices do, by the kind of the plan. */
function planLines(scored: ScoredPlan): string[] {
  const { pipeline, sharding } = scored;
  if (pipeline !== null) return pipelineLines(pipeline, scored);
  return sharding === null ? table(deviceTable(scored)) : shardingLines(sharding, scored);
}

/** What the simulated step did, where there is one. */
function stepWords({ spec, timeline }: ScoredPlan): string {
  if (timeline === null || spec.timing !== "engine") return "";
  const step = spec.unit === "us" ? "" : `, step ${formatUs(timeline.makespanUs)}`;
  return `${step}, ${transferCount(timeline.transfers)} transfers`;
}

/** A transfer over several links is one. */
const transferCount = (transfers: readonly TransferRecord[]): number =>
  new Set(transfers.map(({ transfer }) => transfer)).size;

/**
 * Titles and a row for each device: what it does, and what it holds by the objective's rule. Pre: a
 * placement.
 */
export function deviceTable(scored: ScoredPlan): string[][] {
  const { scenario, loads, timeline, outcome, limitBytes } = scored;
  const workUs = loads?.loadUs ?? timeline!.deviceBusyUs;
  const scale = scaleFor(
    "us",
    workUs.reduce((most, us) => Math.max(most, us), 0),
  );
  const workOf = (d: number): string[] =>
    loads === null
      ? [formatOn(scale, workUs[d]), shareText(workUs[d], timeline!.makespanUs)]
      : [loads.loadUs, loads.computeUs, loads.transferUs].map((us) => formatOn(scale, us[d]));
  const titles =
    loads === null ? [`busy ${scale.unit}`, "share"] : [`load ${scale.unit}`, "compute", "transfers"];
  return [
    ["device", ...titles, memoryWord(scored), "limit"],
    ...scenario.cluster.devices.map(({ name }, d) => [
      name,
      ...workOf(d),
      formatBytes(outcome.peakBytes[d]),
      limitText(limitBytes[d]),
    ]),
  ];
}

export const memoryWord = ({ scenario }: ScoredPlan): string => memoryTitle(scenario);

export const limitText = (bytes: number): string =>
  bytes === Number.POSITIVE_INFINITY ? "none" : formatBytes(bytes);

const shareText = (us: number, ofUs: number): string =>
  ofUs > 0 ? `${((100 * us) / ofUs).toFixed(1)}%` : "0.0%";

/** The fields of every command's JSON about one plan; times in us, sizes in bytes. */
export function scoreJson(scored: ScoredPlan) {
  const { spec, outcome, bound, gap, loads, timeline, limitBytes, unlimitedValue } = scored;
  const { violation, shortfall } = outcome;
  return {
    objective: spec.id,
    unit: spec.unit,
    value: outcome.value,
    feasible: outcome.feasible,
    bound: bound.value,
    boundArgument: bound.argument,
    gap,
    ...(outcome.feasible ? {} : { unlimitedValue }),
    ...(spec.timing === "engine" && timeline !== null && { makespanUs: timeline.makespanUs }),
    ...(timeline !== null && { startUs: timeline.startUs }),
    ...(loads !== null && {
      loadsUs: loads.loadUs,
      computeUs: loads.computeUs,
      transferUs: loads.transferUs,
    }),
    ...(scored.pipeline !== null && { pipeline: pipelineJson(scored.pipeline) }),
    ...(scored.sharding !== null && { sharding: shardingJson(scored.sharding) }),
    unknownWork: scored.scenario.meta.unknownWork,
    memoryRule: spec.memory,
    peakBytes: outcome.peakBytes,
    limitBytes: Array.from(limitBytes, (bytes) => (bytes === Number.POSITIVE_INFINITY ? null : bytes)),
    ...(violation !== null && { violation: violationJson(scored, violation) }),
    ...(shortfall !== undefined && { shortfall }),
  };
}

/** Device and op by name; `op` is null where the device holds too much all the time. */
function violationJson({ scenario: { cluster, graph } }: ScoredPlan, violation: Violation) {
  const { device, peakBytes, limitBytes, excessBytes, op } = violation;
  const at = op === -1 ? null : graph.names[op];
  return { device: cluster.devices[device].name, peakBytes, limitBytes, excessBytes, op: at };
}
