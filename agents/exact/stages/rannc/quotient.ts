/** A directed acyclic graph whose nodes are merged two by two, and stays acyclic. */

export class QuotientGraph {
  /** Members of each node, ascending; empty once merged into another. */
  readonly members: number[][];
  private readonly after: Set<number>[];
  private readonly before: Set<number>[];

  constructor(successors: readonly (readonly number[])[]) {
    this.members = successors.map((_, v) => [v]);
    this.after = successors.map((list) => new Set(list));
    this.before = successors.map(() => new Set());
    for (const [v, list] of successors.entries()) for (const w of list) this.before[w].add(v);
  }

  /** Nodes that are left, ascending. */
  nodes(): number[] {
    return [...this.members.keys()].filter((v) => this.members[v].length > 0);
  }

  successors(v: number): number[] {
    return [...this.after[v]].sort((a, b) => a - b);
  }

  /** Whether no path leads from v to w but the edge between them. */
  isConvex(v: number, w: number): boolean {
    const reached = new Set([...this.after[v]].filter((u) => u !== w));
    for (const u of reached)
      for (const next of this.after[u]) {
        if (next === w) return false;
        reached.add(next);
      }
    return true;
  }

  /** Merges w into v. Pre: convex, in one direction or the other, where there is a path. */
  merge(v: number, w: number): void {
    this.members[v] = [...this.members[v], ...this.members[w]].sort((a, b) => a - b);
    this.members[w] = [];
    for (const [near, far] of [
      [this.after, this.before],
      [this.before, this.after],
    ]) {
      for (const u of near[w]) {
        far[u].delete(w);
        if (u === v) continue;
        far[u].add(v);
        near[v].add(u);
      }
      near[w].clear();
      near[v].delete(w);
    }
  }

  /** Nodes in a topological order, the one with the least first member first; null with a cycle. */
  order(): number[] | null {
    const open = new Map(this.nodes().map((v) => [v, this.before[v].size]));
    const order: number[] = [];
    while (open.size > 0) {
      let next = -1;
      for (const [v, waits] of open)
        if (waits === 0 && (next < 0 || this.members[v][0] < this.members[next][0])) next = v;
      if (next < 0) return null;
      open.delete(next);
      order.push(next);
      for (const w of this.after[next]) open.set(w, open.get(w)! - 1);
    }
    return order;
  }
}
