/**
 * Refinement by moves of single vertices (Fiduccia, Mattheyses, "A linear-time heuristic for
 * improving network partitions", DAC 1982) between any number of parts.
 *
 * In a pass every vertex moves at most once, the largest gain first. Negative gains are taken too;
 * the moves after the best state are undone. A state is better with less weight above the limits,
 * then with less cut.
 *
 * While no part is over its limit, a move may exceed a limit by `slack`. While a part is over, the
 * next move leaves it. Passes alternate between no slack and the weight of the heaviest vertex, so
 * that vertices can change places in full parts. Refinement ends when neither kind of pass helps.
 */
import type { Rng } from "../../../env/model/rng.ts";
import { GainHeaps } from "./gain-heaps.ts";
import type { MoveRule } from "./move-rule.ts";
import type { PartitionState } from "./partition-state.ts";

const MOST_PASSES = 16;
/** Moves without a better state before a pass ends: at least, and as a share of the vertices. */
const LEAST_PATIENCE = 400;
const PATIENCE_SHARE = 1 / 100;

const NOWHERE = -1;

interface Pass {
  readonly state: PartitionState;
  readonly rule: MoveRule;
  readonly heaps: GainHeaps;
  readonly locked: Uint8Array;
}

/** Improves `state` in place; never makes it worse. */
export function refine(state: PartitionState, rule: MoveRule, rng: Rng): void {
  const pass = freshPass(state, rule, rng);
  const heaviest = state.graph.vertexWeight.reduce((most, weight) => Math.max(most, weight), 0);
  for (let count = 0, failures = 0; count < MOST_PASSES && failures < 2; count++) {
    const improved = runPass(pass, count % 2 === 0 ? 0 : heaviest, never);
    failures = improved ? 0 : failures + 1;
  }
}

/**
 * Moves vertices out of parts over their limits, until no part is over or no move helps. Those that
 * add least to the cut move first.
 */
export function relieve(state: PartitionState, rule: MoveRule, rng: Rng): void {
  if (state.overload > 0) runPass(freshPass(state, rule, rng), 0, ({ overload }) => overload === 0);
}

const never = (): boolean => false;

function freshPass(state: PartitionState, rule: MoveRule, rng: Rng): Pass {
  const { vertexCount } = state.graph;
  const rank = rng.shuffle(Int32Array.from({ length: vertexCount }, (_, v) => v));
  return {
    state,
    rule,
    heaps: new GainHeaps(rank, state.partCount),
    locked: new Uint8Array(vertexCount),
  };
}

function runPass(pass: Pass, slack: number, isDone: (state: PartitionState) => boolean): boolean {
  const { state, heaps, locked } = pass;
  const { vertexCount } = state.graph;
  locked.fill(0);
  heaps.clear();
  for (let v = 0; v < vertexCount; v++)
    if (isOnBorder(state, v) || isOver(state, state.part[v])) offer(pass, v);

  const patience = Math.max(LEAST_PATIENCE, vertexCount * PATIENCE_SHARE);
  const moved: number[] = [];
  const cameFrom: number[] = [];
  let best = { overload: state.overload, cut: state.cut, moves: 0 };
  while (moved.length - best.moves < patience && !isDone(state)) {
    const v = nextVertex(pass);
    if (v === NOWHERE) break;
    const from = state.part[v];
    const to = bestFit(pass, v, slack);
    if (to === NOWHERE) {
      heaps.remove(v);
      continue;
    }
    const gain = gainOf(state, v, to);
    if (gain < heaps.gain[v]) {
      heaps.put(v, from, gain);
      continue;
    }
    heaps.remove(v);
    locked[v] = 1;
    state.move(v, to);
    moved.push(v);
    cameFrom.push(from);
    offerNeighbours(pass, v);
    if (state.overload < best.overload || (state.overload === best.overload && state.cut < best.cut))
      best = { overload: state.overload, cut: state.cut, moves: moved.length };
  }
  for (let i = moved.length - 1; i >= best.moves; i--) state.move(moved[i], cameFrom[i]);
  return best.moves > 0;
}

function isOnBorder({ graph: { start, neighbour }, part }: PartitionState, v: number): boolean {
  for (let i = start[v]; i < start[v + 1]; i++) if (part[neighbour[i]] !== part[v]) return true;
  return false;
}

const isOver = ({ weight, limit }: PartitionState, p: number): boolean => weight[p] > limit[p];

const gainOf = ({ joins, partCount, part }: PartitionState, v: number, to: number): number =>
  joins[v * partCount + to] - joins[v * partCount + part[v]];

/** Puts the vertex into its heap by its largest gain to any part, full parts included. */
function offer({ state, rule, heaps }: Pass, v: number): void {
  const { joins, partCount, part } = state;
  const last = rule.highest(v);
  let most = Number.NEGATIVE_INFINITY;
  for (let p = rule.lowest(v); p <= last; p++)
    if (p !== part[v] && joins[v * partCount + p] > most) most = joins[v * partCount + p];
  if (most === Number.NEGATIVE_INFINITY) heaps.remove(v);
  else heaps.put(v, part[v], most - joins[v * partCount + part[v]]);
}

function offerNeighbours(pass: Pass, v: number): void {
  const { start, neighbour } = pass.state.graph;
  for (let i = start[v]; i < start[v + 1]; i++)
    if (pass.locked[neighbour[i]] === 0) offer(pass, neighbour[i]);
}

/** The best vertex of the part furthest over its limit; if none is over, the best of all. */
function nextVertex({ state, heaps }: Pass): number {
  const { partCount, weight, limit } = state;
  let crowded = NOWHERE;
  for (let p = 0; p < partCount; p++)
    if (isOver(state, p) && (crowded === NOWHERE || weight[p] - limit[p] > weight[crowded] - limit[crowded]))
      crowded = p;
  if (crowded !== NOWHERE) return heaps.top(crowded);
  let best = NOWHERE;
  for (let p = 0; p < partCount; p++) {
    const v = heaps.top(p);
    if (v !== NOWHERE && (best === NOWHERE || heaps.gain[v] > heaps.gain[best])) best = v;
  }
  return best;
}

/**
 * The part of largest gain that can hold the vertex; among equal gains, the one with the most
 * weight to spare. A vertex of a part over its limit may also move if the other part is then less
 * over than this one was.
 */
function bestFit({ state, rule }: Pass, v: number, slack: number): number {
  const { joins, partCount, part, weight, limit, graph } = state;
  const from = part[v];
  const allowance = isOver(state, from) ? weight[from] - limit[from] : slack;
  const strict = isOver(state, from);
  const last = rule.highest(v);
  let best = NOWHERE;
  for (let p = rule.lowest(v); p <= last; p++) {
    if (p === from) continue;
    const above = weight[p] + graph.vertexWeight[v] - limit[p];
    if (above > 0 && (strict ? above >= allowance : above > allowance)) continue;
    if (best !== NOWHERE) {
      const difference = joins[v * partCount + p] - joins[v * partCount + best];
      if (difference < 0 || (difference === 0 && weight[p] - limit[p] >= weight[best] - limit[best]))
        continue;
    }
    best = p;
  }
  return best;
}
