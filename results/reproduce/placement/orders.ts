/**
 * Claims on two systems, each measured under one assumption after the other. So a reader sees under
 * which of them a paper's order holds.
 */
import type { Claim, Laboratory, Rule, Source } from "../contract.ts";
import { type Measured, ratioOf } from "../measured.ts";
import { judged } from "../verdicts.ts";
import { type Assumption, addressUnder } from "./assumptions.ts";
import type { System } from "./systems.ts";

/** What a paper says, and how it is known. */
export interface Said {
  readonly statement: string;
  readonly paperFigure: string;
  readonly source: Source;
  readonly rule: Rule;
  /** Why it comes out otherwise, told where it does not hold. */
  readonly why?: string;
}

export interface Comparison extends Said {
  /** Addresses without assumptions. */
  readonly scenarios: readonly string[];
  /** The number is `ours` over `theirs`. */
  readonly ours: System;
  readonly theirs: System;
}

export async function comparedUnder(
  assumptions: readonly Assumption[],
  { scenarios, ours, theirs, ...said }: Comparison,
  seeds: number,
  lab: Laboratory,
): Promise<Claim[]> {
  const quantity = `step of ${ours.name} over that of ${theirs.name}`;
  return Promise.all(
    assumptions.map(async (assumption) => {
      const addresses = scenarios.map((scenario) => addressUnder(scenario, assumption));
      const runs = ({ values }: System) =>
        Promise.all(addresses.map((address) => values(address, seeds, lab)));
      const measured = ratioOf(await runs(ours), await runs(theirs));
      return claimOf(said, assumption, `${quantity}, ${scenarios.join(", ")}`, measured);
    }),
  );
}

/** A claim with its verdict; the reason that is known stands where it does not hold. */
export function claimOf(said: Said, { under }: Assumption, quantity: string, measured: Measured): Claim {
  const { why, ...rest } = said;
  const claim = judged({ ...rest, under, quantity, ...measured });
  return why === undefined || claim.verdict === "holds"
    ? claim
    : { ...claim, note: joinedNotes(why, claim.note) };
}

export const joinedNotes = (...notes: readonly (string | null)[]): string =>
  notes.filter((note) => note !== null).join(" ");

/** A claim that was not measured, and why. */
export const notRun = (said: Omit<Said, "why">, under: string, note: string): Claim =>
  judged({ ...said, under, quantity: "not measured", measured: null, seeds: 0, note });
