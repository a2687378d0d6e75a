/**
 * Step 4 of the contraction (elements.ts). An element that takes no time and has neighbours in one
 * other element only is merged into that one, until nothing changes.
 */

import { weightLimitBytes } from "../cluster/cluster.ts";
import { runTimesUs } from "../cluster/speed.ts";
import type { Scenario } from "../scenario.ts";

export interface MergedElements {
  readonly count: number;
  /** Element of each op, shape [opCount]. */
  readonly of: Int32Array;
  /** False where a merged element had some time, or weights although not all fit one device. */
  readonly lossless: boolean;
  /** 1 for each op that was moved to another element, shape [opCount]. */
  readonly mergedIdle: Uint8Array;
}

/** Times below this many us count as none: the 1e-6 ms of the reference program. */
const NO_TIME_US = 1e-3;

/** `mayMerge` decides by whether an element has any cost at all. */
export function mergeIdle(
  scenario: Scenario,
  elementOf: Int32Array,
  count: number,
  mayMerge: (costs: boolean) => boolean,
): MergedElements {
  const { costs, takesTime } = costsOf(scenario, elementOf, count);
  const isIdle = (element: number) => mayMerge(costs[element] === 1) && takesTime[element] === 0;
  const neighbours = neighboursOf(scenario, elementOf, count);
  let lossless = true;
  const into = Int32Array.from({ length: count }, (_, element) => element);
  const waiting = [...into].filter((element) => neighbours[element].size === 1 && isIdle(element));
  for (const element of waiting) {
    if (neighbours[element].size !== 1) continue;
    const [only] = neighbours[element];
    into[element] = only;
    lossless &&= costs[element] === 0;
    neighbours[element].clear();
    neighbours[only].delete(element);
    if (neighbours[only].size === 1 && isIdle(only)) waiting.push(only);
  }
  return {
    ...numbered(elementOf, into),
    lossless,
    mergedIdle: Uint8Array.from(elementOf, (element) => Number(into[element] !== element)),
  };
}

interface ElementCosts {
  /** 1 where an element has any time, or weights although not all fit one device. */
  readonly costs: Uint8Array;
  /** 1 where it takes time on some device, as the reference program counts it. */
  readonly takesTime: Uint8Array;
}

function costsOf(scenario: Scenario, elementOf: Int32Array, count: number): ElementCosts {
  const { graph, cluster } = scenario;
  const runUs = runTimesUs(graph, cluster);
  const deviceCount = cluster.devices.length;
  const weightsFit = weightsFitAnywhere(scenario);
  const timeUs = new Float64Array(count * deviceCount);
  const costs = new Uint8Array(count);
  for (let v = 0; v < graph.opCount; v++) {
    if (graph.parameterBytes[v] > 0 && !weightsFit) costs[elementOf[v]] = 1;
    for (let d = 0; d < deviceCount; d++) {
      timeUs[elementOf[v] * deviceCount + d] += runUs[v * deviceCount + d];
      if (runUs[v * deviceCount + d] > 0) costs[elementOf[v]] = 1;
    }
  }
  const takesTime = new Uint8Array(count);
  timeUs.forEach((us, i) => {
    if (us >= NO_TIME_US) takesTime[Math.floor(i / deviceCount)] = 1;
  });
  return { costs, takesTime };
}

function weightsFitAnywhere({ graph, cluster }: Scenario): boolean {
  const weights = graph.parameterBytes.reduce((sum, bytes) => sum + bytes, 0);
  return cluster.devices.every((device) => weights <= weightLimitBytes(device));
}

/** Elements that each element has an edge from or to. */
function neighboursOf({ graph }: Scenario, elementOf: Int32Array, count: number): Set<number>[] {
  const neighbours = Array.from({ length: count }, () => new Set<number>());
  for (let e = 0; e < graph.edgeCount; e++) {
    const a = elementOf[graph.edgeSource[e]];
    const b = elementOf[graph.edgeDestination[e]];
    if (a === b) continue;
    neighbours[a].add(b);
    neighbours[b].add(a);
  }
  return neighbours;
}

/** Follows the merges and numbers what is left by its first op. */
function numbered(elementOf: Int32Array, into: Int32Array): Pick<MergedElements, "of" | "count"> {
  const root = (element: number): number => (into[element] === element ? element : root(into[element]));
  const numberOf = new Map<number, number>();
  const of = elementOf.map((element) => {
    const target = root(element);
    if (!numberOf.has(target)) numberOf.set(target, numberOf.size);
    return numberOf.get(target)!;
  });
  return { of, count: numberOf.size };
}
