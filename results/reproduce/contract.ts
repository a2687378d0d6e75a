/**
 * What a reproduction is: a paper's workloads, devices, systems and baselines run here, and each of
 * its claims beside what was measured. Seconds of the paper's year are not the claim. Orders,
 * ratios and evaluations to converge are.
 */
import type { Interval } from "../statistics/contract.ts";

/** How a figure of a paper is known. */
export type Source = "checked against the paper" | "checked against its code or data" | "from memory";

export type Verdict = "holds" | "tie" | "does not hold" | "not run";

export interface Claim {
  /** One sentence: what the paper says. */
  readonly statement: string;
  /** The paper's figure in its own words, such as `2.38 s against 3.43 s`. */
  readonly paperFigure: string;
  readonly source: Source;
  /** The fidelity or assumption under which `measured` was taken. */
  readonly under: string;
  readonly measured: Interval | null;
  /** What the number is, such as `step over that of Scotch`. */
  readonly quantity: string;
  readonly seeds: number;
  readonly verdict: Verdict;
  /** Why, where it does not hold or was not run in full. */
  readonly note: string | null;
}

export interface ReproductionScale {
  /** True for a look of five minutes; its page says so. */
  readonly quick: boolean;
  readonly seeds: number;
  readonly seed: number | string;
  /** Folder of the paper's own files, where it has any. */
  readonly data: string | null;
}

export interface Paper {
  /** Such as `colocrl`. */
  readonly id: string;
  readonly title: string;
  readonly authors: string;
  readonly venue: string;
  /** Where its data are to be had, null where it needs none. */
  readonly dataFrom: string | null;
  /** Claims by assumption, in the order of the page. */
  run(scale: ReproductionScale, lab: Laboratory): Promise<readonly Claim[]>;
}

/** What a paper's file runs on: cells in worker processes, counted and kept. */
export interface Laboratory {
  /** Best values by seed of a method on a scenario; null where no plan fits. */
  values(run: {
    readonly scenario: string;
    readonly method: string;
    readonly simulations: number;
    readonly seeds: number;
  }): Promise<readonly (number | null)[]>;
  /** Tells what runs, for people who wait. */
  note(text: string): void;
}
