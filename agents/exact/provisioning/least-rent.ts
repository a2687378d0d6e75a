/**
 * The least rent of a pipeline that takes at most a given time per sample. For a given time each
 * stage needs a number of units of its own, so stages are coupled by the limits of the types alone.
 *
 * Without the limits it is a shortest path over the cuts (`unlimited`). Where that breaks a limit,
 * partial pipelines are kept that no other one dominates. One dominates with the same layers, the
 * same last type and no more units of any type. What is sure to end at or above `below` is dropped.
 */
import type { ProvisioningProblem } from "../../../env/sim/objectives/provisioning/problem.ts";
import { stageAt } from "./stage-table.ts";

/** Rent per unit of time, and the type of each layer. */
export interface RentedPlan {
  readonly rent: number;
  readonly typeOf: Int32Array;
}

/** The least rent of the layers from each one on, their first stage of each type. */
interface Suffixes {
  /** Shape [(layers + 1) x types]: the first stage begins at the layer and is of the type. */
  readonly rent: Float64Array;
  /** End of that first stage, and the type of the one after. */
  readonly end: Int32Array;
  readonly next: Int32Array;
}

/** Limits on several stages of one type are not looked at. */
function unlimited(problem: ProvisioningProblem, units: Float64Array): Suffixes {
  const { layers, types, price } = problem;
  const rent = new Float64Array((layers + 1) * types).fill(Number.POSITIVE_INFINITY);
  const end = new Int32Array(rent.length);
  const next = new Int32Array(rent.length).fill(-1);
  for (let first = layers - 1; first >= 0; first--)
    for (let type = 0; type < types; type++) {
      const own = first * types + type;
      for (let until = first + 1; until <= layers; until++) {
        const needed = units[stageAt(problem, first, until, type)];
        if (needed === Number.POSITIVE_INFINITY) break;
        const then = until === layers ? -1 : cheapestOther(rent, until, types, type);
        const rest =
          until === layers ? 0 : then === -1 ? Number.POSITIVE_INFINITY : rent[until * types + then];
        const total = price[type] * needed + rest;
        if (total < rent[own]) [rent[own], end[own], next[own]] = [total, until, then];
      }
    }
  return { rent, end, next };
}

/** The type other than `type` with the least rent from a layer on, -1 where there is none. */
function cheapestOther(rent: Float64Array, layer: number, types: number, type: number): number {
  let best = -1;
  for (let other = 0; other < types; other++) {
    if (other === type || rent[layer * types + other] === Number.POSITIVE_INFINITY) continue;
    if (best === -1 || rent[layer * types + other] < rent[layer * types + best]) best = other;
  }
  return best;
}

/** A pipeline of the first layers. */
interface Label {
  readonly end: number;
  readonly type: number;
  readonly used: Float64Array;
  readonly rent: number;
  readonly before: Label | null;
}

/** The least rent below `below`, null where there is none within the limits. */
export function leastRent(
  problem: ProvisioningProblem,
  units: Float64Array,
  below: number,
): RentedPlan | null {
  const suffixes = unlimited(problem, units);
  const start = cheapestOther(suffixes.rent, 0, problem.types, -1);
  if (start === -1 || suffixes.rent[start] >= below) return null;
  const path = pathOf(problem, suffixes, start);
  if (isWithin(problem, units, path)) return { rent: suffixes.rent[start], typeOf: path };
  return limited(problem, units, suffixes, below);
}

/** The relaxed rent alone: a lower bound on `leastRent`. */
export function leastRentUnlimited(problem: ProvisioningProblem, units: Float64Array): number {
  const { rent } = unlimited(problem, units);
  const start = cheapestOther(rent, 0, problem.types, -1);
  return start === -1 ? Number.POSITIVE_INFINITY : rent[start];
}

function pathOf({ layers, types }: ProvisioningProblem, { end, next }: Suffixes, start: number): Int32Array {
  const typeOf = new Int32Array(layers);
  for (let first = 0, type = start; first < layers; ) {
    const state = first * types + type;
    typeOf.fill(type, first, end[state]);
    [first, type] = [end[state], next[state]];
  }
  return typeOf;
}

function isWithin(problem: ProvisioningProblem, units: Float64Array, typeOf: Int32Array): boolean {
  const { layers, types, limit } = problem;
  const used = new Float64Array(types);
  for (let first = 0, end = 0; first < layers; first = end) {
    for (end = first; end < layers && typeOf[end] === typeOf[first]; ) end++;
    used[typeOf[first]] += units[stageAt(problem, first, end, typeOf[first])];
  }
  return used.every((count, type) => count <= limit[type]);
}

function limited(
  problem: ProvisioningProblem,
  units: Float64Array,
  suffixes: Suffixes,
  below: number,
): RentedPlan | null {
  const { layers, types } = problem;
  const labels = Array.from({ length: (layers + 1) * types }, (): Label[] => []);
  let best: Label | null = null;
  const start = { end: 0, type: -1, used: new Float64Array(types), rent: 0, before: null };
  const isTooDear = (rent: number) => rent >= (best?.rent ?? below);
  for (let first = 0; first < layers; first++) {
    const from = first === 0 ? [start] : labels.slice(first * types, (first + 1) * types).flat();
    for (const label of from)
      for (const longer of extensions(problem, units, label)) {
        const rest = restOf(suffixes, types, layers, longer);
        if (isTooDear(longer.rent + rest)) continue;
        if (longer.end === layers) best = longer;
        else insert(labels[longer.end * types + longer.type], longer);
      }
  }
  return best === null ? null : { rent: best.rent, typeOf: typesOf(layers, best) };
}

function restOf({ rent }: Suffixes, types: number, layers: number, { end, type }: Label): number {
  if (end === layers) return 0;
  const next = cheapestOther(rent, end, types, type);
  return next === -1 ? Number.POSITIVE_INFINITY : rent[end * types + next];
}

/** The pipeline with one stage more, within the limits. */
function* extensions(problem: ProvisioningProblem, units: Float64Array, label: Label): Generator<Label> {
  const { layers, types, limit, price } = problem;
  for (let type = 0; type < types; type++) {
    if (type === label.type) continue;
    for (let end = label.end + 1; end <= layers; end++) {
      const needed = units[stageAt(problem, label.end, end, type)];
      if (label.used[type] + needed > limit[type]) break;
      const used = label.used.slice();
      used[type] += needed;
      yield { end, type, used, rent: label.rent + price[type] * needed, before: label };
    }
  }
}

/** Keeps what no other label dominates; of equals the one that was there. */
function insert(labels: Label[], label: Label): void {
  const dominates = (a: Label, b: Label) =>
    a.rent <= b.rent && a.used.every((count, t) => count <= b.used[t]);
  if (labels.some((known) => dominates(known, label))) return;
  let kept = 0;
  for (const known of labels) if (!dominates(label, known)) labels[kept++] = known;
  labels.length = kept;
  labels.push(label);
}

function typesOf(layers: number, last: Label): Int32Array {
  const typeOf = new Int32Array(layers);
  for (let label = last; label.before !== null; label = label.before)
    typeOf.fill(label.type, label.before.end, label.end);
  return typeOf;
}
