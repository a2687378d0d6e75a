/**
 * A published workload, solved and checked. The answer holds the optimal contiguous split, its
 * score by the scenario's evaluator, and the verdict of the plain search in certificate.ts.
 */

import { contract } from "../../../env/model/layers/elements.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Evaluator } from "../../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../../env/sim/objectives/evaluator.ts";
import { CERTIFIED_TOLERANCE, certify } from "../certificate/certificate.ts";
import { standsInLine } from "../certificate/units.ts";
import { countIdeals } from "./all-ideals.ts";
import { contiguousOptimum, type Split } from "./contiguous-optimum.ts";

/** What the plain search says of the answer; "too large" where its limit of steps came first. */
export type CertificateWord = "certified" | "refuted" | "too large" | "not asked";

export interface PublishedCase {
  /** Max load of the split as the scenario's evaluator scores it, null where there is none. */
  readonly valueUs: number | null;
  /** False where a limit ended the search. */
  readonly proven: boolean;
  /** No contiguous split is below it; null where there is none at all. */
  readonly boundUs: number | null;
  readonly elements: number;
  readonly ideals: number;
  readonly transitions: number;
  /** All ideals, counted one by one, where that was asked for. */
  readonly allIdeals: number | null;
  readonly certificate: CertificateWord;
  readonly certificateSteps: number;
  readonly device: Int32Array | null;
}

export interface PublishedCaseOptions {
  /** Steps of the plain search before it gives up; 0 asks for no certificate. */
  readonly certificateSteps: number;
  readonly enumerate: "all" | "needed";
  /** Called when the search has ended, before its answer is checked. */
  readonly onSolved: () => void;
}

const LIMITS = { ideals: 5_000_000, transitions: 2_000_000_000 };
const MOST_IDEALS = 2_000_000;

export function publishedCase(
  scenario: Scenario,
  { certificateSteps, enumerate, onSolved }: PublishedCaseOptions,
): PublishedCase {
  const { split, proven, lowerUs, elements, ideals, transitions } = last(contiguousOptimum(scenario, LIMITS));
  onSolved();
  const valueUs = split === null ? null : scoreOf(evaluator(scenario), split);
  return {
    valueUs,
    proven,
    boundUs: Number.isFinite(lowerUs) ? lowerUs : null,
    elements,
    ideals,
    transitions,
    ...certificateOf(scenario, split, valueUs, certificateSteps),
    allIdeals: enumerate === "all" ? countIdeals(contract(scenario), MOST_IDEALS) : null,
    device: split?.plan.device ?? null,
  };
}

function scoreOf(score: Evaluator, { plan }: Split): number {
  const { value } = score.evaluate({ kind: "placement", device: plan.device });
  if (value === null) throw new Error("The split does not fit the memory, which the search should know.");
  return value;
}

function certificateOf(
  scenario: Scenario,
  split: Split | null,
  valueUs: number | null,
  mostSteps: number,
): Pick<PublishedCase, "certificate" | "certificateSteps"> {
  if (mostSteps === 0) return { certificate: "not asked", certificateSteps: 0 };
  // Where there is no split, none may be found below any value.
  const below = valueUs === null ? Number.MAX_VALUE : valueUs * (1 - CERTIFIED_TOLERANCE);
  const { holds, steps } = last(certify(scenario, below, mostSteps));
  const inLine = split === null || standsInLine(scenario, split.plan.device);
  return { certificate: wordOf(holds, inLine), certificateSteps: steps };
}

function wordOf(holds: boolean | null, inLine: boolean): CertificateWord {
  if (holds === false || !inLine) return "refuted";
  return holds === null ? "too large" : "certified";
}

/** Runs a search to its end. */
function last<T>(search: Generator<unknown, T, undefined>): T {
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}
