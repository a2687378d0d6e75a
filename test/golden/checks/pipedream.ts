/**
 * `pipedream`: PipeDream's published optimizer on its profiles. A row is equal where the states,
 * the three times and the stages of every level are.
 *
 * Several divisions into stages often have one price. The published program returns the first it
 * meets in the order of a set of objects, hashed by memory address. That order changes from run to
 * run: rows of one graph in the published file contradict each other. So the check tries the cuts
 * of the row first among cuts of one price. Stages of another price than the least, cuts that are
 * no ideals of the graph and more replicas than needed still differ.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataParallelUs } from "../../../agents/exact/intervals/data-parallel.ts";
import type { IntervalOptions } from "../../../agents/exact/intervals/interval-costs.ts";
import { type IntervalStage, intervalPlan } from "../../../agents/exact/intervals/interval-program.ts";
import { type IntervalStates, intervalStates } from "../../../agents/exact/intervals/interval-states.ts";
import { InputError } from "../../../env/model/errors.ts";
import { profileLayers } from "../pipedream-profile.ts";
import type { Compared, GoldenCheck } from "./contract.ts";

export interface PipedreamRow {
  readonly profile: string;
  /** By level, the innermost first; bytes per second. */
  readonly machines: readonly number[];
  readonly bandwidths: readonly number[];
  readonly activationCompressionRatio: number | null;
  readonly straightPipeline: boolean;
  readonly states: number;
  /** Seconds. */
  readonly singleStageTime: number;
  readonly timePerSample: number;
  readonly dataParallelTime: number;
  /** The outermost first. */
  readonly levels: readonly { readonly stages: readonly PublishedStage[] }[];
}

/** States from `start`, up to but not including `end`. */
interface PublishedStage {
  readonly start: number;
  readonly end: number;
  readonly replicas: number;
}

const US_PER_S = 1e6;
const MOST_STATES = 60_000;

export const pipedream: GoldenCheck = {
  name: "pipedream",
  tolerance: 1e-9,
  *compare(content, folder) {
    const statesOf = new Map<string, IntervalStates>();
    for (const [number, row] of (content as { results: readonly PipedreamRow[] }).results.entries()) {
      const states = statesOf.get(row.profile) ?? profileStates(row.profile, folder);
      statesOf.set(row.profile, states);
      yield* compareRow(`${number} ${row.profile} ${row.machines.join("x")}`, row, states);
    }
  },
};

/** The machines of a row, without its choice among cuts of one price. */
export function rowOptions(row: PipedreamRow): IntervalOptions {
  const levels = row.machines.map((machines, level) => ({
    machines,
    bytesPerUs: row.bandwidths[level] / US_PER_S,
  }));
  return {
    levels,
    mode: "code",
    transfers: row.activationCompressionRatio === null ? "free" : "charged",
    compression: row.activationCompressionRatio ?? 1,
    replicas: row.straightPipeline ? "one" : "any",
  };
}

/** Start, end and replicas of all stages, level by level, the outermost first. */
export function stagesByLevel(stages: readonly IntervalStage[]): number[][] {
  const levels: number[][] = [];
  for (let level = stages; level.length > 0; level = level.flatMap(({ inside }) => inside))
    levels.push(level.flatMap(({ from, to, replicas }) => [from, to, replicas]));
  return levels;
}

function* compareRow(name: string, row: PipedreamRow, states: IntervalStates): Generator<Compared> {
  const options = rowOptions(row);
  const last = states.count - 1;
  const singleUs = states.timeUs[last];
  const preferredCuts = row.levels.map(({ stages }) => new Set(stages.map(({ start }) => start - 1)));
  const plan = intervalPlan(states, { ...options, preferredCuts: preferredCuts.reverse() });
  const parallelUs = dataParallelUs(singleUs, states.weightBytes[last], options.levels);
  yield { row: name, expected: row.states, found: states.count };
  yield { row: name, expected: row.singleStageTime, found: singleUs / US_PER_S };
  yield { row: name, expected: row.dataParallelTime, found: parallelUs / US_PER_S };
  yield { row: name, expected: row.timePerSample, found: (plan?.timeUs ?? Number.NaN) / US_PER_S };
  const found = stagesByLevel(plan?.stages ?? []);
  for (const [level, { stages }] of row.levels.entries())
    yield {
      row: name,
      expected: stages.flatMap(({ start, end, replicas }) => [start, end, replicas]),
      found: found[level] ?? [],
    };
}

/** The profiles lie in `data` next to the file's folder, or in `shared/data`. */
export function profileStates(profile: string, folder: string): IntervalStates {
  const file = `${profile}.graph.txt`;
  const places = ["../data/pipedream", "../shared/data/pipedream"].map((at) => join(folder, at, file));
  const path = [...places, join("..", "shared", "data", "pipedream", file)].find((at) => existsSync(at));
  if (path === undefined) throw new InputError(`The profile ${file} is in neither ${places.join(" nor ")}.`);
  const states = intervalStates(profileLayers(path), MOST_STATES);
  if (states === null) throw new InputError(`${profile} has more than ${MOST_STATES} states.`);
  return states;
}
