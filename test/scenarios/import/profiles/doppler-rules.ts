/** Compute graphs of DOPPLER as its simulator takes them: drawn at random, as text, and by hand. */
import type { Rng } from "../../../../env/index.ts";

export interface Drawn {
  readonly edges: readonly (readonly [number, number])[];
  readonly compute: readonly number[];
  readonly transfer: readonly number[];
}

/** A graph whose edges go from lower to higher ids, some of them twice. */
export function drawn(nodes: number, largest: number, unit: number, rng: Rng): Drawn {
  const edges: [number, number][] = [];
  for (let target = 1; target < nodes; target++)
    for (let i = rng.int(4); i > 0; i--) edges.push([rng.int(target), target]);
  const costs = () => Array.from({ length: nodes }, () => unit * (1 + rng.int(largest)));
  return { edges, compute: costs(), transfer: costs() };
}

export function textOf({ edges, compute, transfer }: Drawn, inputs = 3): string {
  const list = (ids: readonly number[]) => ids.map((id) => `${id}, `).join("");
  return [
    compute.length + inputs,
    list(Array.from({ length: inputs }, (_, i) => i)),
    list(edges.map(([source]) => source)),
    list(edges.map(([, target]) => target)),
    ...compute.map((cost, id) => `${cost},${transfer[id]}`),
  ].join("\n");
}

/** A file with the sizes of the published chain_mm and the fault of its line 4: 6 where 16 is. */
export function faultyChain(): Drawn {
  const edges = Array.from({ length: 80 }, (_, e): [number, number] => [e % 16, 16 + (e % 60)]);
  [edges[0], edges[1], edges[2]] = [
    [0, 16],
    [1, 6],
    [2, 16],
  ];
  const one = Array.from({ length: 76 }, () => 1);
  return { edges, compute: one, transfer: one };
}

/** Its inputs, which have no work. */
export const CHAIN_INPUTS = 36;

/** When the values of all producers of a node are on its device, given when they end. */
export function readyAt(
  node: number,
  { edges, transfer }: Drawn,
  device: readonly number[],
  end: ArrayLike<number>,
) {
  const arrivals = edges
    .filter(([, target]) => target === node)
    .map(([source]) => end[source] + (device[source] === device[node] ? 0 : transfer[source]));
  return Math.max(0, ...arrivals);
}

/**
 * The rules by hand, in the file's units: a free device takes the node that was ready first. Where
 * two are ready at once the rules do not say which goes first, so costs must have no ties.
 */
export function lastEnd(graph: Drawn, device: readonly number[]): number {
  const { compute } = graph;
  const end = compute.map(() => Number.NaN);
  const free = device.map(() => 0);
  for (let left = compute.length; left > 0; left--) {
    // What starts first can no longer be overtaken, since every node takes time.
    const starts = compute
      .map((_, node) => ({ node, ready: readyAt(node, graph, device, end) }))
      .filter(({ node, ready }) => Number.isNaN(end[node]) && !Number.isNaN(ready))
      .map(({ node, ready }) => ({ node, ready, start: Math.max(ready, free[device[node]]) }))
      .sort((a, b) => a.start - b.start || a.ready - b.ready || a.node - b.node);
    const { node, start } = starts[0];
    end[node] = start + compute[node];
    free[device[node]] = end[node];
  }
  return Math.max(...end);
}
