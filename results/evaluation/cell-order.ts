/**
 * In which order the cells of an evaluation start. A first tenth samples all others, so that the
 * time which it predicts is honest. It has every method, on scenarios of all sizes and at all
 * budgets. The rest follows, slow cells first, so that no long one is left alone at the end. The
 * order depends on the cells alone.
 *
 * The sample goes round the methods. Every second cell of a method is its heaviest one left, since
 * those make up most of the time. The others are spread over all weights by a sequence of low
 * discrepancy, whose start differs between methods.
 */
import { type Method, traitsOf } from "../../agents/contract.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import type { CellSpec } from "../cells/cell.ts";
import { groupBy } from "../comparison/ranking.ts";
import { knownMethods } from "../training/run-inputs.ts";
import type { EvaluationRequest } from "./contract.ts";

export interface CellWeights {
  /** Of a scenario: ops of its graph. */
  size(scenario: string): number;
  /** Whether a method takes longer than an instant. */
  isSlow(method: string): boolean;
}

/** One cell in so many is in the sample. */
const SAMPLED_ONE_IN = 10;

export async function weightsOf(request: EvaluationRequest): Promise<CellWeights> {
  const { scenarios, methods: specs, objective } = request;
  const sizes = new Map<string, number>();
  for (const name of scenarios) sizes.set(name, (await resolveScenario(name, { objective })).graph.opCount);
  const { methods } = await knownMethods(specs);
  const isInstant = (module: Method) => traitsOf(module).effort === "instant";
  const slow = new Set(specs.filter((spec) => !isInstant(methods.get(spec)!.module)));
  return { size: (scenario) => sizes.get(scenario)!, isSlow: (method) => slow.has(method) };
}

/** How many of so many cells sample the rest: each method has one of them at least. */
export function sampleSize(cells: readonly CellSpec[]): number {
  const methods = new Set(cells.map(({ method }) => method)).size;
  return Math.min(cells.length, Math.max(methods, Math.ceil(cells.length / SAMPLED_ONE_IN)));
}

export function startOrder(cells: readonly CellSpec[], weights: CellWeights): CellSpec[] {
  const sample = sampleOf(cells, weights);
  const sampled = new Set(sample);
  const rest = cells.filter((cell) => !sampled.has(cell));
  return [...sample, ...rest.sort((a, b) => bySlowness(a, b, weights))];
}

function sampleOf(cells: readonly CellSpec[], weights: CellWeights): CellSpec[] {
  const size = sampleSize(cells);
  const left = [...groupBy(cells, ({ method }) => method).values()].map((own) => firstSeeds(own, weights));
  const sample: CellSpec[] = [];
  for (let round = 0; sample.length < size; round++)
    for (const [place, own] of left.entries()) {
      if (own.length === 0 || sample.length === size) continue;
      sample.push(...own.splice(nextIn(own, place, round), 1));
    }
  return sample;
}

/** The first seed of everything comes before the second one of anything; then the heaviest. */
const firstSeeds = (cells: readonly CellSpec[], weights: CellWeights): CellSpec[] =>
  [...cells].sort((a, b) => a.seedIndex - b.seedIndex || weightOf(b, weights) - weightOf(a, weights));

/** Index of the next cell of a method among those that it has left. */
function nextIn(left: readonly CellSpec[], place: number, round: number): number {
  if (round % 2 === 1) return 0;
  const seed = left[0].seedIndex;
  const count = left.findIndex(({ seedIndex }) => seedIndex !== seed);
  const unlike = count === -1 ? left.length : count;
  return Math.floor((((place + round / 2) * GOLDEN) % 1) * unlike);
}

/** Multiples of it, without their whole part, spread evenly over 0 to 1. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

function bySlowness(a: CellSpec, b: CellSpec, weights: CellWeights): number {
  const [slowA, slowB] = [a, b].map(({ method }) => Number(weights.isSlow(method)));
  return slowB - slowA || weightOf(b, weights) - weightOf(a, weights);
}

/** How long a cell takes beside others of its method: ops times budget. */
export const weightOf = ({ scenario, budget }: CellSpec, { size }: CellWeights): number =>
  size(scenario) * amountOf(budget);

/** Budgets of both kinds in one order; a rough rate is enough for that. */
const SIMULATIONS_A_SECOND = 100;

function amountOf({ simulations, evaluations, cpuSeconds, seconds }: Budget): number {
  const timed = Math.min(cpuSeconds ?? Number.POSITIVE_INFINITY, seconds ?? Number.POSITIVE_INFINITY);
  return Math.min(
    simulations ?? Number.POSITIVE_INFINITY,
    evaluations ?? Number.POSITIVE_INFINITY,
    timed * SIMULATIONS_A_SECOND,
  );
}
