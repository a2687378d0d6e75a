/**
 * TASO's cost-based backtracking search (Jia et al., SOSP 2019, section 5). Graphs wait in a queue
 * in the order of their costs. Every substitution at every place of the cheapest one gives further
 * graphs. Those that cost less than `alpha` times the best so far join the queue. Graphs that were
 * seen are dropped, and graphs of more than twice the ops of the first one, as in its code.
 */
import { type Place, placesOf, replaced, siteOf } from "../../../env/model/graph/rewriting/places.ts";
import type { Substitution } from "../../../env/model/graph/rewriting/substitution.ts";
import { opsOf, type TermOp } from "../../../env/model/graph/rewriting/term-ops.ts";
import { reachedIn, type TermGraph, type Terms } from "../../../env/model/graph/rewriting/terms.ts";

export interface BacktrackingOptions {
  readonly substitutions: readonly Substitution[];
  /** Time of an op in us. */
  readonly costOf: (terms: Terms, op: TermOp) => number;
  readonly alpha: number;
  /** Graphs that are taken from the queue. */
  readonly budget: number;
}

export interface Found {
  readonly graph: TermGraph;
  readonly costUs: number;
  /** The places that lead to the graph, in order. */
  readonly places: readonly Place[];
  /** Graphs taken from the queue, and graphs made. */
  readonly popped: number;
  readonly made: number;
  /** Whether the queue ran empty. */
  readonly isExhausted: boolean;
}

interface Waiting {
  readonly graph: TermGraph;
  readonly costUs: number;
  readonly before: Waiting | null;
  readonly place: Place | null;
}

/** Graphs of more ops than this share of the first one's are dropped. */
const LARGEST = 2;

/** Sums in another order may differ by this share. */
const ROUNDING = 1e-12;

export function backtrackingSearch(first: TermGraph, options: BacktrackingOptions): Found {
  const { substitutions, alpha, budget } = options;
  const start = weighed(first, options);
  const most = LARGEST * start.ops;
  let best: Waiting = { graph: first, costUs: start.costUs, before: null, place: null };
  const queue = new CostQueue();
  queue.push(best);
  const seen = new Set([first.results.join()]);
  let [popped, made] = [0, 0];
  while (queue.size > 0 && popped < budget) {
    const current = queue.pop();
    popped++;
    const site = siteOf(current.graph);
    for (const substitution of substitutions) {
      if (!substitution.sources.every((node) => site.byOperator.has(substitution.nodes[node].operator!)))
        continue;
      for (const place of placesOf(site, substitution)) {
        const { graph } = replaced(site, place);
        const key = graph.results.join();
        if (seen.has(key)) continue;
        seen.add(key);
        made++;
        const { costUs, ops } = weighed(graph, options);
        if (ops > most) continue;
        const next = { graph, costUs, before: current, place };
        if (costUs < best.costUs * (1 - ROUNDING)) best = next;
        if (costUs < alpha * best.costUs) queue.push(next);
      }
    }
  }
  const { graph, costUs } = best;
  return { graph, costUs, places: placesTo(best), popped, made, isExhausted: queue.size === 0 };
}

export function weighed(graph: TermGraph, { costOf }: Pick<BacktrackingOptions, "costOf">) {
  const ops = opsOf(graph, reachedIn(graph));
  return { ops: ops.length, costUs: ops.reduce((sum, op) => sum + costOf(graph.terms, op), 0) };
}

function placesTo(last: Waiting): Place[] {
  const places: Place[] = [];
  for (let at = last; at.before !== null; at = at.before) places.push(at.place!);
  return places.reverse();
}

/** A binary heap by cost; of equal costs the one that came first. */
class CostQueue {
  private readonly heap: { readonly waiting: Waiting; readonly turn: number }[] = [];
  private turns = 0;

  get size(): number {
    return this.heap.length;
  }

  push(waiting: Waiting): void {
    const { heap } = this;
    heap.push({ waiting, turn: this.turns++ });
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      [heap[at], heap[parent]] = [heap[parent], heap[at]];
      at = parent;
    }
  }

  /** Pre: not empty. */
  pop(): Waiting {
    const { heap } = this;
    const [{ waiting }] = heap;
    const last = heap.pop()!;
    if (heap.length > 0) heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && this.isBefore(child, least)) least = child;
      if (least === at) return waiting;
      [heap[at], heap[least]] = [heap[least], heap[at]];
      at = least;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [first, second] = [this.heap[a], this.heap[b]];
    return (
      first.waiting.costUs < second.waiting.costUs ||
      (first.waiting.costUs === second.waiting.costUs && first.turn < second.turn)
    );
  }
}
