/**
 * Strongly connected components of a directed graph, by Tarjan's algorithm ("Depth-first search and
 * linear graph algorithms", SIAM Journal on Computing 1972). An explicit stack keeps long chains
 * from overflowing the call stack.
 */

/** Successor lists of a directed graph on nodes 0..length-1. */
export type Successors = readonly (readonly number[])[];

/**
 * Component of each node. The numbers of components are such that every edge between two of them
 * leads from the higher number.
 */
export function stronglyConnectedComponents(successors: Successors): { of: Int32Array; count: number } {
  const n = successors.length;
  const of = new Int32Array(n).fill(-1);
  const visited = new Int32Array(n).fill(-1);
  const lowest = new Int32Array(n);
  const nextEdge = new Int32Array(n);
  const open: number[] = [];
  const path: number[] = [];
  let visits = 0;
  let count = 0;

  const enter = (v: number) => {
    visited[v] = lowest[v] = visits++;
    open.push(v);
    path.push(v);
  };
  const leave = (v: number) => {
    path.pop();
    if (path.length > 0) {
      const parent = path[path.length - 1];
      lowest[parent] = Math.min(lowest[parent], lowest[v]);
    }
    if (lowest[v] !== visited[v]) return;
    for (let w = -1; w !== v; ) {
      w = open.pop()!;
      of[w] = count;
    }
    count++;
  };

  for (let root = 0; root < n; root++) {
    if (visited[root] !== -1) continue;
    enter(root);
    while (path.length > 0) {
      const v = path[path.length - 1];
      if (nextEdge[v] === successors[v].length) {
        leave(v);
        continue;
      }
      const w = successors[v][nextEdge[v]++];
      if (visited[w] === -1) enter(w);
      else if (of[w] === -1) lowest[v] = Math.min(lowest[v], visited[w]);
    }
  }
  return { of, count };
}
