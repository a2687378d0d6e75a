/**
 * A set of units on top of an ideal. Its transfers are counted from the definition: for each op,
 * how many of its data edges end inside.
 */

import type { CertificateProblem } from "./problem.ts";

export class CountedSet {
  /** Bits of the ideal and the set together. */
  readonly bits: Int32Array;
  readonly #problem: CertificateProblem;
  readonly #isInside: Uint8Array;
  readonly #usersInside: Int32Array;

  constructor(problem: CertificateProblem) {
    const opCount = problem.users.length;
    this.#problem = problem;
    this.bits = new Int32Array((problem.units.count + 31) >> 5);
    this.#isInside = new Uint8Array(opCount);
    this.#usersInside = new Int32Array(opCount);
  }

  has(unit: number): number {
    return (this.bits[unit >> 5] >>> (unit & 31)) & 1;
  }

  /** Adds a unit and returns by how much the transfers of the set grow. */
  add(unit: number): number {
    const { opsOf, inputs } = this.#problem;
    let change = 0;
    for (const v of opsOf[unit]) {
      change -= this.#paidUs(v);
      this.#isInside[v] = 1;
      change += this.#paidUs(v);
      for (const u of inputs[v]) {
        change -= this.#paidUs(u);
        this.#usersInside[u]++;
        change += this.#paidUs(u);
      }
    }
    this.bits[unit >> 5] |= 1 << (unit & 31);
    return change;
  }

  remove(unit: number): void {
    const { opsOf, inputs } = this.#problem;
    for (const v of opsOf[unit]) {
      this.#isInside[v] = 0;
      for (const u of inputs[v]) this.#usersInside[u]--;
    }
    this.bits[unit >> 5] &= ~(1 << (unit & 31));
  }

  /** An op inside pays where a user is outside; an op outside pays where a user is inside. */
  #paidUs(u: number): number {
    const { users, transferUs } = this.#problem;
    const usersInside = this.#usersInside[u];
    return (this.#isInside[u] === 1 ? usersInside < users[u] : usersInside > 0) ? transferUs[u] : 0;
  }
}
