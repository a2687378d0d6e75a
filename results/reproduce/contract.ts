/**
 * What a reproduction is: a paper's workloads, devices, systems and baselines run here, and each of
 * its claims beside what was measured. Seconds of the paper's year are not the claim. Orders,
 * ratios and evaluations to converge are.
 */
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import type { CellResult } from "../cells/cell.ts";
import type { Interval } from "../statistics/contract.ts";

/** How a figure of a paper is known. */
export type Source = "checked against the paper" | "checked against its code or data" | "from memory";

export type Verdict = "holds" | "tie" | "does not hold" | "not run";

/** What the paper's claim says of the measured number; verdicts.ts judges by it. */
export type Rule =
  /** An order: the number is below, or above, a limit; 1 where it is a ratio of two systems. */
  | { readonly kind: "below" | "above"; readonly limit: number }
  /** The paper's own ratio, and how far ours may be from it, as a factor above 1. */
  | { readonly kind: "ratio"; readonly paper: number; readonly within: number }
  /** Equal to one part in a million. */
  | { readonly kind: "exactly"; readonly value: number };

export interface Claim {
  /** One sentence: what the paper says. */
  readonly statement: string;
  /** The paper's figure in its own words, such as `2.38 s against 3.43 s`. */
  readonly paperFigure: string;
  readonly source: Source;
  /** The fidelity or assumption under which `measured` was taken. */
  readonly under: string;
  /** What the number is, such as `step over that of Scotch`. */
  readonly quantity: string;
  readonly rule: Rule;
  /** Null where nothing was run, or where no plan fits. */
  readonly measured: Interval | null;
  /** Repetitions behind the interval; 1 where nothing is drawn. */
  readonly seeds: number;
  /** As verdicts.ts gives it. */
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
  /** Sentences on what of the paper is outside, and what stands for what here. */
  readonly remarks: readonly string[];
  /** Where its data are to be had, null where it needs none. */
  readonly dataFrom: string | null;
  /** Claims by assumption, in the order of the page. */
  run(scale: ReproductionScale, lab: Laboratory): Promise<readonly Claim[]>;
}

export interface LabRun {
  /** An address, or what `keep` answered. */
  readonly scenario: string;
  readonly method: string;
  readonly simulations: number;
  readonly seeds: number;
  readonly objective?: Objective;
}

/** A policy that is trained on other graphs than it is judged on. */
export interface TrainRun {
  /** Of its folder; a name stands for one policy. */
  readonly name: string;
  readonly agent: string;
  /** Addresses, also of families and their parts. */
  readonly scenarios: readonly string[];
  /** Of all scenarios together. */
  readonly simulations: number;
  readonly objective?: Objective;
  /** Run directory of the policy that it begins with. */
  readonly init?: string;
}

/** What a paper's file runs on: cells in worker processes, counted and kept. */
export interface Laboratory {
  /** Best values by seed of a method on a scenario; null where no plan fits. */
  values(run: LabRun): Promise<readonly (number | null)[]>;
  /** The cells themselves, by seed: plans, peaks, curves, what they spent. */
  cells(run: LabRun): Promise<readonly CellResult[]>;
  /** Trains a policy once; answers with its run directory, for methods such as `regal@FOLDER`. */
  train(run: TrainRun): Promise<string>;
  /** A number that needs no cell, such as the score of a plan placed by hand. */
  numberOn(address: string, measure: (scenario: Scenario) => number | null): Promise<number | null>;
  /** Scores one plan, such as one that the authors published; null where it does not fit. */
  score(scenario: Scenario, plan: Plan): number | null;
  /** Writes a scenario of the paper's own beside the results; answers with its address. */
  keep(name: string, scenario: Scenario): string;
  /** Tells what runs, for people who wait. */
  note(text: string): void;
}
