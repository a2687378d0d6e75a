/**
 * Evaluations to converge. Two methods run with their budgets on the same seeds. The target of a
 * scenario and seed is the worse of their two best plans, times a slack. So both reach it, unless
 * one has no plan that fits. The number is the simulations of ours over those of theirs.
 */
import type { CellResult } from "../../cells/cell.ts";
import type { Claim, Laboratory, LabRun } from "../contract.ts";
import { neverNote, simulationsUntil } from "../convergence.ts";
import { ratioOf } from "../measured.ts";
import { type Assumption, addressUnder } from "./assumptions.ts";
import { claimOf, type Said } from "./orders.ts";

export interface Runner {
  readonly name: string;
  readonly spec: string;
  readonly simulations: number;
}

export interface Race extends Said {
  readonly scenarios: readonly string[];
  readonly ours: Runner;
  readonly theirs: Runner;
  /** Who sets the target; `worse` by default. */
  readonly target?: "worse" | "theirs";
  /** Factor on the target, such as 1.02 for within 2%; default 1. */
  readonly slack?: number;
}

export async function convergedUnder(
  assumptions: readonly Assumption[],
  race: Race,
  seeds: number,
  lab: Laboratory,
): Promise<Claim[]> {
  return Promise.all(assumptions.map((assumption) => raced(assumption, race, seeds, lab)));
}

async function raced(assumption: Assumption, race: Race, seeds: number, lab: Laboratory): Promise<Claim> {
  const { scenarios, ours, theirs, target = "worse", slack = 1, ...said } = race;
  const runs = await Promise.all(
    scenarios.map(async (address) => {
      const scenario = addressUnder(address, assumption);
      const cellsOf = ({ spec, simulations }: Runner): Promise<readonly CellResult[]> =>
        lab.cells({ scenario, method: spec, simulations, seeds } satisfies LabRun);
      const [own, other] = [await cellsOf(ours), await cellsOf(theirs)];
      const targets = own.map((cell, seed) => targetOf(cell, other[seed], target, slack));
      return { own: simulationsUntil(own, targets), other: simulationsUntil(other, targets) };
    }),
  );
  const measured = ratioOf(
    runs.map(({ own }) => own.simulations),
    runs.map(({ other }) => other.simulations),
  );
  const never = runs.map(({ own }) => neverNote(own)).find((note) => note !== null) ?? null;
  const quantity = `simulations of ${ours.name} until a plan as good over those of ${theirs.name}, ${scenarios.join(", ")}`;
  return claimOf(said, assumption, quantity, { ...measured, note: never ?? measured.note });
}

/** Null where any plan that fits will do. */
function targetOf(
  own: CellResult,
  other: CellResult,
  target: "worse" | "theirs",
  slack: number,
): number | null {
  const values = (target === "theirs" ? [other.value] : [own.value, other.value]).filter((v) => v !== null);
  return values.length === 0 ? null : slack * Math.max(...values);
}
