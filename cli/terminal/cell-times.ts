/**
 * Predicts the seconds of cells from those of finished ones. No clock is read here.
 *
 * A cell like a finished one, seed apart, takes the mean of those. For others the logarithm of the
 * time is a sum of effects: of the method, the scenario and the budget. The last two are times a
 * slope of the method: planners that end by themselves have none in the budget. The scenario's
 * effect stands for its size. This is the joint regression of Finlay and Wilkinson (Australian
 * Journal of Agricultural Research, 1963). Slopes are drawn to their usual values by a ridge,
 * because few cells are finished when the prediction is needed most.
 *
 * The exponential of a mean of logarithms is below the mean. The sum of the fitted times is
 * therefore held to that of the measured ones (Duan, Smearing Estimate, JASA 1983).
 */
import { type Budget, leadingLimit } from "../../env/sim/evaluator/budget.ts";
import { groupBy } from "../../results/comparison/ranking.ts";
import { mean } from "../../results/statistics/averages.ts";

/** What a time depends on. */
export interface CellKind {
  readonly method: string;
  readonly scenario: string;
  /** Left out where all cells have the same. */
  readonly budget?: Budget;
}

export interface MeasuredCell extends CellKind {
  readonly seconds: number;
}

/** A method with budgets of one unit: a budget of seconds is another thing than one of passes. */
interface Effects {
  own: number;
  ofScenario: number;
  ofBudget: number;
}

interface Place {
  readonly method: string;
  readonly scenario: string;
  /** Of the amount of the budget. */
  readonly log: number;
}

interface Point extends Place {
  /** Of the seconds. */
  readonly time: number;
  readonly seconds: number;
  /** Cells that it is the mean of. */
  readonly count: number;
}

/** How strongly effects are drawn to their usual values, in squares of what they multiply. */
const RIDGE = { scenario: 1, budget: 0.2, size: 0.5 } as const;
const SWEEPS = 20;
/** A first cell that also loads a library is far off. What is further off than this counts less. */
const FAR = 0.5;
const SCENARIO_SLOPES = { usual: 1, least: 0, most: 1.5 } as const;
/** The usual one holds before any method was seen at two budgets. */
const BUDGET_SLOPES = { usual: 0.5, least: 0, most: 1.2 } as const;
/** How far the sum of fitted times may be corrected. */
const MOST_CORRECTION = 1.5;
/** What is quicker is as good as this, and noise alone. */
const LEAST_SECONDS = 0.01;

/** Seconds of a cell, null without a precedent of its method. */
export type Predict = (cell: CellKind) => number | null;

export function predictor(measured: readonly MeasuredCell[]): Predict {
  const points = pointsOf(measured);
  const exact = new Map(points.map((point) => [keyOf(point), point.seconds]));
  const fit = fitted(points);
  const logs = points.map(({ time }) => time);
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const logAt = (place: Place): number | null => {
    const log = logIn(fit, place);
    // No guess is further from what was measured than measurements are from one another.
    return log === null ? null : Math.min(2 * most - least, Math.max(2 * least - most, log));
  };
  const correction = correctionOf(points, (point) => Math.exp(logAt(point)!));
  return (cell) => {
    const place = placeOf(cell);
    const known = exact.get(keyOf(place));
    if (known !== undefined) return known;
    const log = logAt(place);
    return log === null ? null : Math.exp(log) * correction;
  };
}

function placeOf({ method, scenario, budget }: CellKind): Place {
  if (budget === undefined) return { method, scenario, log: 0 };
  const { unit, amount } = leadingLimit(budget);
  return { method: JSON.stringify([method, unit]), scenario, log: Math.log(amount) };
}

const keyOf = ({ method, scenario, log }: Place): string => JSON.stringify([method, scenario, log]);

/** Seeds of a cell are one point. */
function pointsOf(measured: readonly MeasuredCell[]): Point[] {
  const groups = new Map<string, { place: Place; all: number[] }>();
  for (const cell of measured) {
    const place = placeOf(cell);
    const group = groups.get(keyOf(place));
    const seconds = Math.max(cell.seconds, LEAST_SECONDS);
    if (group === undefined) groups.set(keyOf(place), { place, all: [seconds] });
    else group.all.push(seconds);
  }
  return [...groups.values()].map(({ place, all }) => {
    const seconds = mean(all);
    return { ...place, seconds, time: Math.log(seconds), count: all.length };
  });
}

/** Effects by turns, each the best one while the others stand still. */
function fitted(points: readonly Point[]): Fit {
  const effects = new Map<string, Effects>();
  const scenarios = new Map<string, number>();
  const fit: Fit = { effects, scenarios };
  const byMethod = groupBy(points, ({ method }) => method);
  const byScenario = groupBy(points, ({ scenario }) => scenario);
  for (const [method, own] of byMethod) {
    const times = own.map(({ time }) => time).sort((a, b) => a - b);
    effects.set(method, { own: times[times.length >> 1], ofScenario: SCENARIO_SLOPES.usual, ofBudget: 0 });
  }
  for (const scenario of byScenario.keys()) scenarios.set(scenario, 0);
  const severalBudgets = [...byMethod]
    .filter(([, own]) => new Set(own.map(({ log }) => log)).size > 1)
    .map(([method]) => effects.get(method)!);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const [scenario, own] of byScenario) scenarios.set(scenario, scenarioEffect(own, fit));
    const isKnown = sweep > 0 && severalBudgets.length > 0;
    const usual = isKnown ? mean(severalBudgets.map(({ ofBudget }) => ofBudget)) : BUDGET_SLOPES.usual;
    for (const own of byMethod.values()) improve(own, fit, usual);
  }
  return fit;
}

interface Fit {
  readonly effects: Map<string, Effects>;
  readonly scenarios: Map<string, number>;
}

function logIn({ effects, scenarios }: Fit, { method, scenario, log }: Place): number | null {
  const of = effects.get(method);
  if (of === undefined) return null;
  return of.own + of.ofScenario * (scenarios.get(scenario) ?? 0) + of.ofBudget * log;
}

/** Huber's weight: what is far off pulls no harder than what is near. */
function weightIn(fit: Fit, point: Point): number {
  const distance = Math.abs(point.time - logIn(fit, point)!);
  return distance <= FAR ? 1 : FAR / distance;
}

function scenarioEffect(own: readonly Point[], fit: Fit): number {
  let [sum, weights] = [0, RIDGE.size];
  for (const point of own) {
    const of = fit.effects.get(point.method)!;
    const weight = weightIn(fit, point);
    sum += weight * of.ofScenario * (point.time - of.own - of.ofBudget * point.log);
    weights += weight * of.ofScenario ** 2;
  }
  return sum / weights;
}

/** The three effects of one method. */
function improve(own: readonly Point[], fit: Fit, usualOfBudget: number): void {
  const of = fit.effects.get(own[0].method)!;
  const weights = own.map((point) => weightIn(fit, point));
  const sizes = own.map(({ scenario }) => fit.scenarios.get(scenario)!);
  const logs = own.map(({ log }) => log);
  const rest = (withSize: number, withLog: number) =>
    own.map(({ time }, i) => time - withSize * sizes[i] - withLog * logs[i]);
  of.ofBudget = slope(logs, rest(of.ofScenario, 0), weights, {
    ...BUDGET_SLOPES,
    usual: usualOfBudget,
    ridge: RIDGE.budget,
  });
  of.ofScenario = slope(sizes, rest(0, of.ofBudget), weights, { ...SCENARIO_SLOPES, ridge: RIDGE.scenario });
  of.own = weightedMean(rest(of.ofScenario, of.ofBudget), weights);
}

interface SlopeLimits {
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly ridge: number;
}

function slope(
  xs: readonly number[],
  ys: readonly number[],
  weights: readonly number[],
  { usual, least, most, ridge }: SlopeLimits,
): number {
  const centre = weightedMean(xs, weights);
  let [square, product] = [ridge, ridge * usual];
  for (const [i, weight] of weights.entries()) {
    square += weight * (xs[i] - centre) ** 2;
    product += weight * (xs[i] - centre) * ys[i];
  }
  return Math.min(most, Math.max(least, product / square));
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return values.reduce((all, value, i) => all + value * weights[i], 0) / sum;
}

function correctionOf(points: readonly Point[], secondsAt: (point: Point) => number): number {
  const measured = points.reduce((sum, { seconds, count }) => sum + seconds * count, 0);
  const guessed = points.reduce((sum, point) => sum + secondsAt(point) * point.count, 0);
  if (guessed === 0) return 1;
  return Math.min(MOST_CORRECTION, Math.max(1 / MOST_CORRECTION, measured / guessed));
}
