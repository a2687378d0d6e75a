/**
 * What a plan file says that its plan scores, and the comparison with what the simulator gives. A
 * difference is a mistake in the file: one sentence with both values.
 */
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import type { Evaluator, Outcome } from "../../env/sim/evaluator/contract.ts";
import { deviceLoads } from "../../env/sim/objectives/device-loads.ts";
import { evaluator, objectiveOf } from "../../env/sim/objectives/evaluator.ts";

export interface PlanClaim {
  /** Default: the objective under which the plan is scored. */
  readonly objective?: Objective;
  readonly value?: number;
  readonly feasible?: boolean;
  /** A lower bound on all plans, which the plan must not be below. */
  readonly bound?: number;
  readonly peakBytes?: readonly number[];
  readonly startUs?: readonly number[];
  /** Load of each device under max-load; null where the file gives none. */
  readonly loadsUs?: readonly (number | null)[];
  /** Name and content hash of the scenario that the claim is about, where the file says it. */
  readonly scenario?: string;
  readonly scenarioHash?: string;
  /** Default `EXACT`; a format that prints few digits has a larger one. */
  readonly tolerance?: number;
}

/** Relative. Sums in another order differ in their last digits. */
const EXACT = 1e-9;
/** A proven bound of a solver may be above the value by this share. */
const SOLVER = 1e-6;

/**
 * Checks claims on plans of one scenario. Throws one sentence where a claim differs from what the
 * simulator gives. Returns a note for each claim about another scenario, which is not compared.
 * `names`: what the scenario is called.
 */
export function createClaimChecker(
  scenario: Scenario,
  names: readonly string[] = [scenario.name],
): (claims: readonly PlanClaim[], plan: Plan) => string[] {
  const evaluators = new Map<Objective, Evaluator>();
  const evaluatorFor = (objective: Objective): Evaluator => {
    const known = evaluators.get(objective) ?? evaluator({ ...scenario, objective });
    evaluators.set(objective, known);
    return known;
  };
  return (claims, plan) =>
    claims.flatMap((claim) => {
      const score = evaluatorFor(claim.objective ?? scenario.objective);
      if (isOfAnother(claim, score.scenario, names))
        return [
          `Its value is of another scenario ("${claim.scenario ?? "unnamed"}"), so it was not compared.`,
        ];
      checkClaim(claim, score, plan);
      return [];
    });
}

const isOfAnother = (claim: PlanClaim, scenario: Scenario, names: readonly string[]): boolean =>
  claim.scenarioHash !== undefined &&
  !(claim.scenario !== undefined && names.includes(claim.scenario)) &&
  claim.scenarioHash !== scenarioHash(scenario);

function checkClaim(claim: PlanClaim, { scenario, evaluate }: Evaluator, plan: Plan): void {
  const outcome = evaluate(plan);
  const { objective } = scenario;
  const { unit } = objectiveOf(scenario);
  const agree = agreement(claim.tolerance ?? EXACT);
  const given = valueWords(outcome, unit, scenario);
  if (claim.feasible !== undefined && claim.feasible !== outcome.feasible)
    throw differs(`that the plan ${claim.feasible ? "fits" : "does not fit"} in memory`, given);
  if (claim.value !== undefined && (outcome.value === null || !agree(claim.value, outcome.value)))
    throw differs(`a ${objective} of ${claim.value} ${unit}`, given);
  if (claim.bound !== undefined && outcome.value !== null && claim.bound > outcome.value * (1 + SOLVER))
    throw differs(`that no plan has a ${objective} below ${claim.bound} ${unit}`, given);
  const { devices } = scenario.cluster;
  checkList(claim.peakBytes, outcome.peakBytes, agree, (d, bytes, found) =>
    differs(`${bytes} B at most on "${devices[d].name}"`, `${found} B`),
  );
  if (outcome.startUs !== undefined)
    checkList(claim.startUs, outcome.startUs, agree, (v, us, found) =>
      differs(`that op "${scenario.graph.names[v]}" starts at ${us} us`, `${found} us`),
    );
  if (claim.loadsUs !== undefined)
    checkList(claim.loadsUs, deviceLoads(scenario, plan).loadUs, agree, (d, us, found) =>
      differs(`a load of ${us} us on "${devices[d].name}"`, `${found} us`),
    );
}

function checkList(
  claimed: readonly (number | null)[] | undefined,
  found: ArrayLike<number>,
  agree: (claimed: number, found: number) => boolean,
  mistake: (index: number, claimed: number | null, found: number) => InputError,
): void {
  if (claimed === undefined) return;
  if (claimed.length !== found.length)
    throw new InputError(`it claims ${claimed.length} numbers where the scenario has ${found.length}.`);
  const wrong = claimed.findIndex((value, i) => value !== null && !agree(value, found[i]));
  if (wrong !== -1) throw mistake(wrong, claimed[wrong], found[wrong]);
}

const agreement =
  (tolerance: number) =>
  (claimed: number, found: number): boolean =>
    Math.abs(claimed - found) <= tolerance * Math.max(Math.abs(claimed), Math.abs(found));

const differs = (claim: string, found: string): InputError =>
  new InputError(`it claims ${claim}, and the simulator gives ${found}.`);

function valueWords({ value, violation, shortfall }: Outcome, unit: string, { cluster }: Scenario): string {
  if (shortfall !== undefined) return `an infeasible plan: it misses the demanded throughput`;
  if (violation === null) return `${value} ${unit}`;
  return `an infeasible plan: "${cluster.devices[violation.device].name}" is ${violation.excessBytes} B over its memory`;
}
