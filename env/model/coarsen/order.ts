/**
 * A topological order of groups that is kept while groups are merged. It lets searches for paths
 * stop early: nothing at a position after the goal leads to the goal. A merge moves only the groups
 * that are between the two and depend on them (Pearce and Kelly: "A Dynamic Topological Sort
 * Algorithm for Directed Acyclic Graphs", JEA 2007).
 *
 * The order reads the neighbours of groups from the sets that it is given; their owner keeps them
 * up to date. Where groups wait for each other in a cycle there is no order, and `holds` says so.
 */
type Neighbours = readonly ReadonlySet<number>[];

export interface GroupOrder {
  holds(): boolean;
  /** Position of each living group, while the order holds. */
  readonly position: Int32Array;
  /** Call this before the neighbours of `from` are moved to `into`. */
  merge(from: number, into: number): void;
}

export function createGroupOrder(consumers: Neighbours, producers: Neighbours): GroupOrder {
  const sorted = topologicalOrder(consumers, producers);
  let holds = sorted.length === consumers.length;
  const position = new Int32Array(consumers.length);
  sorted.forEach((group, place) => {
    position[group] = place;
  });
  const byPosition = (a: number, b: number): number => position[a] - position[b];

  /**
   * All groups reached from `start` in one direction, strictly between `start` and `goal`. Null
   * where the goal is reached.
   */
  function between(neighbours: Neighbours, start: number, goal: number): number[] | null {
    const [low, high] = position[start] < position[goal] ? [start, goal] : [goal, start];
    const found = new Set<number>();
    const open = [start];
    while (open.length > 0) {
      const group = open.pop()!;
      for (const next of neighbours[group]) {
        if (next === goal && group !== start) return null;
        if (position[next] <= position[low] || position[next] >= position[high] || found.has(next)) continue;
        found.add(next);
        open.push(next);
      }
    }
    return [...found].sort(byPosition);
  }

  return {
    position,
    holds: () => holds,
    merge(from, into) {
      if (!holds) return;
      const [first, last] = position[from] < position[into] ? [from, into] : [into, from];
      const later = between(consumers, first, last);
      const earlier = between(producers, last, first);
      if (later === null || earlier === null) {
        holds = false;
        return;
      }
      const places = [...earlier, ...later, first, last]
        .map((group) => position[group])
        .sort((a, b) => a - b);
      earlier.forEach((group, i) => {
        position[group] = places[i];
      });
      position[into] = places[earlier.length];
      later.forEach((group, i) => {
        position[group] = places[earlier.length + 2 + i];
      });
    },
  };
}

/** The order as far as there is one; groups after a cycle are missing. */
function topologicalOrder(consumers: Neighbours, producers: Neighbours): readonly number[] {
  const waiting = producers.map((set) => set.size);
  const ready = [...waiting.keys()].filter((group) => waiting[group] === 0);
  for (let i = 0; i < ready.length; i++)
    for (const next of consumers[ready[i]]) if (--waiting[next] === 0) ready.push(next);
  return ready;
}
