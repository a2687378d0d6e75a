/**
 * A stage as its knapsack sees it: the layers of the stage, and the choices of each with times for
 * some number of replicas. The buffers are filled again for each stage.
 */
import { SYNC_FACTOR } from "./plan-cost.ts";
import type { PiperProblem } from "./problem.ts";

export class StageItems {
  readonly problem: PiperProblem;
  /** Layers of the stage; the first `count` entries hold. */
  readonly layers: Int32Array;
  count = 0;
  /** Options of layer i are those from start[i] up to start[i + 1]. */
  readonly start: Int32Array;
  /** Index of each option in the problem. */
  readonly choice: Int32Array;
  readonly time: Float64Array;
  readonly bytesInFlight: Float64Array;
  readonly bytesFixed: Float64Array;
  /** The first fastest option of each layer, and the sum of their times. */
  readonly fastest: Int32Array;
  fastestTime = 0;
  #replicas = 0;
  readonly #crossing: Float64Array;
  readonly #inside: Uint8Array;

  constructor(problem: PiperProblem) {
    const { count, degrees, choiceStart } = problem;
    const sizes = degrees.map((_, i) => choiceStart[(i + 1) * count] - choiceStart[i * count]);
    const most = Math.max(0, ...sizes);
    this.problem = problem;
    this.layers = new Int32Array(count);
    this.start = new Int32Array(count + 1);
    this.choice = new Int32Array(most);
    this.time = new Float64Array(most);
    this.bytesInFlight = new Float64Array(most);
    this.bytesFixed = new Float64Array(most);
    this.fastest = new Int32Array(count);
    this.#crossing = new Float64Array(most);
    this.#inside = new Uint8Array(count);
  }

  /** Takes the first `count` of `layers` as the stage, at a degree index. */
  take(degree: number): void {
    const { layers, start, choice } = this;
    const { choiceStart, count: all, bytesInFlight, bytesFixed } = this.problem;
    const inside = this.#inside;
    this.#replicas = 0;
    for (let i = 0; i < this.count; i++) inside[layers[i]] = 1;
    let end = 0;
    for (let i = 0; i < this.count; i++) {
      start[i] = end;
      const at = degree * all + layers[i];
      for (let c = choiceStart[at]; c < choiceStart[at + 1]; c++, end++) {
        choice[end] = c;
        this.#crossing[end] = this.#crossingOf(c, layers[i]);
        this.bytesInFlight[end] = bytesInFlight[c];
        this.bytesFixed[end] = bytesFixed[c];
      }
    }
    start[this.count] = end;
    for (let i = 0; i < this.count; i++) inside[layers[i]] = 0;
  }

  /** Sets times, and what is fastest, for so many replicas. */
  spread(replicas: number): void {
    if (this.#replicas === replicas) return;
    this.#replicas = replicas;
    const { start, choice, time, fastest } = this;
    const { time: work, weightBytes, microBatches, bytesPerTime } = this.problem;
    const share = 1 / replicas;
    const syncShare = (SYNC_FACTOR * (replicas - 1)) / replicas / microBatches / bytesPerTime;
    const crossingShare = 1 / replicas / bytesPerTime;
    this.fastestTime = 0;
    for (let i = 0; i < this.count; i++) {
      let best = start[i];
      for (let o = start[i]; o < start[i + 1]; o++) {
        const c = choice[o];
        time[o] = work[c] * share + this.#crossing[o] * crossingShare + weightBytes[c] * syncShare;
        if (time[o] < time[best]) best = o;
      }
      fastest[i] = best;
      this.fastestTime += time[best];
    }
  }

  #crossingOf(choice: number, layer: number): number {
    const { neighbourStart, neighbour, crossingStart, crossing } = this.problem;
    const from = neighbourStart[layer];
    const base = crossingStart[choice] - from;
    let bytes = 0;
    for (let at = from; at < neighbourStart[layer + 1]; at++)
      if (this.#inside[neighbour[at]] === 0) bytes += crossing[base + at];
    return bytes;
  }
}

/** The items of a stage given as a list, for a number of replicas. */
export function itemsOf(
  problem: PiperProblem,
  layers: readonly number[],
  degree: number,
  replicas: number,
): StageItems {
  const items = new StageItems(problem);
  items.layers.set(layers);
  items.count = layers.length;
  items.take(problem.degrees.indexOf(degree));
  items.spread(replicas);
  return items;
}
