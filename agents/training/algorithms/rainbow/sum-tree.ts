/**
 * A binary tree of sums over weights, for draws in proportion to them (Schaul et al., Prioritized
 * Experience Replay, ICLR 2016). Changing a weight and finding one take time in the logarithm of
 * their number.
 *
 * Each inner node is the sum of its two children and nothing else. So a tree that is filled again
 * from its weights has the same bits as one that was changed step by step.
 */
export class SumTree {
  /** Leaves begin at `leaves`; the root is node 1. */
  private readonly nodes: Float64Array;
  private readonly leaves: number;

  constructor(capacity: number) {
    this.leaves = 2 ** Math.ceil(Math.log2(Math.max(1, capacity)));
    this.nodes = new Float64Array(2 * this.leaves);
  }

  get total(): number {
    return this.nodes[1];
  }

  at(index: number): number {
    return this.nodes[this.leaves + index];
  }

  /** Pre: the weight is at least 0. */
  set(index: number, weight: number): void {
    let node = this.leaves + index;
    this.nodes[node] = weight;
    for (node >>= 1; node >= 1; node >>= 1)
      this.nodes[node] = this.nodes[2 * node] + this.nodes[2 * node + 1];
  }

  /**
   * The first index up to which the weights sum to more than `mass`. Never one of weight 0.
   * Pre: 0 <= mass < total.
   */
  find(mass: number): number {
    let node = 1;
    let left = mass;
    while (node < this.leaves) {
      node *= 2;
      // Rounding may leave some mass where there is no weight any more.
      if (left < this.nodes[node] || this.nodes[node + 1] === 0) continue;
      left -= this.nodes[node];
      node++;
    }
    return node - this.leaves;
  }
}
