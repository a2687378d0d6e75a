/**
 * Monte Carlo tree search by UCT (Kocsis and Szepesvári, ECML 2006) over a game of one player: each
 * episode is some actions, then a stop, which has a cost. States that are reached in several ways
 * are one node.
 *
 * Costs count by their logarithm, between the best and the worst seen so far. So multiplying all
 * costs by a constant changes no decision.
 */
import type { Rng } from "../../../env/model/rng.ts";

export interface TreePosition {
  /** Equal for equal states. */
  readonly key: string;
  /** Actions but the stop, ascending. */
  readonly legal: readonly number[];
}

export interface TreeGame {
  reset(): TreePosition;
  step(action: number): TreePosition;
  /** Stops. Cost of the state, at least 0. */
  finish(): number;
}

export interface TreeOptions {
  /** Weight of rarely tried actions. */
  readonly exploration: number;
  /** Probability that a rollout stops before each further action. */
  readonly stop: number;
  /** Most actions of an episode before the stop. */
  readonly depth: number;
}

export interface TreeEpisode {
  readonly cost: number;
  readonly isBest: boolean;
  /** Nodes of the tree so far. */
  readonly nodes: number;
}

const STOP = -1;

interface Node {
  readonly legal: readonly number[];
  /** In the order in which they will be tried, last one first. */
  readonly untried: number[];
  /** Key of the state behind each action that was tried. */
  readonly children: Map<number, string>;
  visits: number;
  /** Sum of the logarithms of costs. */
  sum: number;
  /** Visits and sum of episodes that stopped here. */
  stops: number;
  stopSum: number;
}

/** One episode after the other, without end. */
export function* treeEpisodes(game: TreeGame, rng: Rng, options: TreeOptions): Generator<TreeEpisode> {
  const nodes = new Map<string, Node>();
  const range = { best: Number.POSITIVE_INFINITY, worst: Number.NEGATIVE_INFINITY };
  for (;;) {
    const path: Node[] = [];
    let at = game.reset();
    let isStopped = false;
    for (;;) {
      const isNew = !nodes.has(at.key);
      const node = nodes.get(at.key) ?? newNode(at, rng);
      if (isNew) nodes.set(at.key, node);
      path.push(node);
      if (isNew && path.length > 1) break;
      const action = path.length > options.depth ? STOP : chosenAction(node, nodes, range, options);
      if (action === STOP) {
        isStopped = true;
        break;
      }
      at = game.step(action);
      node.children.set(action, at.key);
    }
    if (!isStopped) rollOut(game, at, rng, { ...options, depth: options.depth - path.length + 1 });
    const cost = game.finish();
    const log = Math.log1p(cost);
    const isBest = log < range.best;
    range.best = Math.min(range.best, log);
    range.worst = Math.max(range.worst, log);
    for (const node of path) {
      node.visits++;
      node.sum += log;
    }
    if (isStopped) {
      path[path.length - 1].stops++;
      path[path.length - 1].stopSum += log;
    }
    yield { cost, isBest, nodes: nodes.size };
  }
}

function newNode({ legal }: TreePosition, rng: Rng): Node {
  const untried = [...legal, STOP];
  for (let i = untried.length - 1; i > 0; i--) {
    const other = rng.int(i + 1);
    [untried[i], untried[other]] = [untried[other], untried[i]];
  }
  return { legal, untried, children: new Map(), visits: 0, sum: 0, stops: 0, stopSum: 0 };
}

/** What was not tried yet, then what has the highest upper confidence; ties by number. */
function chosenAction(
  node: Node,
  nodes: ReadonlyMap<string, Node>,
  { best, worst }: { readonly best: number; readonly worst: number },
  { exploration }: TreeOptions,
): number {
  const next = node.untried.pop();
  if (next !== undefined) return next;
  const scoreOf = (visits: number, sum: number) => {
    const mean = worst > best ? (worst - sum / visits) / (worst - best) : 1;
    return mean + exploration * Math.sqrt(Math.log(node.visits) / visits);
  };
  let chosen = STOP;
  let highest = scoreOf(Math.max(1, node.stops), node.stopSum);
  for (const action of node.legal) {
    const child = nodes.get(node.children.get(action)!)!;
    const score = scoreOf(child.visits, child.sum);
    if (score > highest) [chosen, highest] = [action, score];
  }
  return chosen;
}

function rollOut(game: TreeGame, from: TreePosition, rng: Rng, { stop, depth }: TreeOptions): void {
  let at = from;
  for (let taken = 0; taken < depth && at.legal.length > 0; taken++) {
    if (rng.next() < stop) return;
    at = game.step(at.legal[rng.int(at.legal.length)]);
  }
}
