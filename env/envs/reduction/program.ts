/**
 * `Reduction/Program-v1`: writes a program for each sum that a sharding needs, instruction by
 * instruction (Xie et al., MLSys 2022, "P2"). A sum is done when every member holds it whole.
 *
 * Action 0 stops: it leaves the current sum to the plan's own algorithm, before the first
 * instruction alone. Action 1 + i runs instruction i in all groups at once. It is legal where no
 * contribution is added twice or lost, and where the sum can still be reached in time.
 *
 * The last sum pays the utility of the plan, all other steps pay 0. An episode charges one
 * evaluation.
 */
import type { ActionMask, EnvMetadata } from "../../contract.ts";
import { InputError } from "../../model/errors.ts";
import { meshOf } from "../../model/layout/mesh-of.ts";
import { batchPlan } from "../../model/layout/propagation/batch-plan.ts";
import { meshLevels, reductionLevels } from "../../model/layout/reductions/hierarchy.ts";
import { possibleSteps, type ReductionStep, stepText } from "../../model/layout/reductions/steps.ts";
import { planFromJson } from "../../model/plan/plan.ts";
import type { ShardingCollective, ShardingPlan } from "../../model/plan/sharding.ts";
import { checkSharding } from "../../model/plan/sharding-checks.ts";
import type { Rng } from "../../model/rng.ts";
import type { Scenario } from "../../model/scenario.ts";
import type { ObservationPart } from "../../parts/observation-part.ts";
import {
  type ReductionObservation,
  type ReductionView,
  reductionObservation,
} from "../../parts/reduction-observation.ts";
import { neededSums } from "../../sim/lower/sharding/needed-sums.ts";
import { shardedProgram } from "../../sim/lower/sharding/program.ts";
import { type Discrete, discrete } from "../../spaces/discrete.ts";
import { type Advance, Episode, type EpisodeParts } from "../episode/episode.ts";
import { type EpisodeOptions, partsForKind } from "../episode/episode-parts.ts";
import { checkOptions, checkResetOptions, returnsUnder } from "../options.ts";
import { levelSpeeds } from "./level-speeds.ts";
import { ProgramState, type ReductionWorld, STOP } from "./program-state.ts";
import { renderReductions } from "./render.ts";

export const PROGRAM_ID = "Reduction/Program-v1";

export interface ProgramOptions<Observation = ReductionObservation> extends EpisodeOptions {
  /** Default `reductionObservation`. */
  readonly observation?: typeof reductionObservation | ObservationMaker<Observation>;
  /** The sharding, as a plan or as its JSON; by default the batch is divided by all of `mesh`. */
  readonly plan?: ShardingPlan | Readonly<Record<string, unknown>>;
  /** Sizes such as `2x4`; default one axis of all accelerators. */
  readonly mesh?: string;
  readonly collective?: ShardingCollective;
}

type ObservationMaker<Observation> = (
  sums: ReductionWorld["sums"],
  bytesPerUs: readonly number[],
) => ObservationPart<Observation, ReductionView>;

export const programOptions: readonly (keyof ProgramOptions)[] = [
  "scenario",
  "evaluator",
  "seed",
  "observation",
  "utility",
  "plan",
  "mesh",
  "collective",
];

interface ProgramParts<Observation> extends EpisodeParts<Observation, ReductionView> {
  readonly world: ReductionWorld;
}

export function createProgramEnv<Observation = ReductionObservation>(
  options: ProgramOptions<Observation>,
): ProgramEnv<Observation> {
  checkOptions(PROGRAM_ID, options, programOptions);
  const parts = partsForKind(PROGRAM_ID, options, "sharding", "iteration");
  const world = reductionWorld(parts.scenario, givenPlan(options as ProgramOptions));
  // Without the option, Observation is its default, which the compiler cannot see here.
  const observation = (options.observation ?? reductionObservation) as ObservationMaker<Observation>;
  return new ProgramEnv({ ...parts, world, observation: observation(world.sums, world.bytesPerUs) });
}

function givenPlan({ scenario, plan, mesh, collective }: ProgramOptions): ShardingPlan {
  if (plan === undefined) {
    const own = { ...batchPlan(scenario, meshOf(scenario.cluster, mesh)), ...(collective && { collective }) };
    checkSharding(scenario, own);
    return own;
  }
  if (mesh !== undefined || collective !== undefined)
    throw new InputError(`${PROGRAM_ID}: the plan has a mesh and a collective; give the plan alone.`);
  const read = planFromJson(scenario, plan, `${PROGRAM_ID}, plan`);
  if (read.kind !== "sharding")
    throw new InputError(`${PROGRAM_ID}: the plan is a ${read.kind}, expected a sharding.`);
  return read;
}

/** What actions of an env on this sharding decide; reductions that it has are left out. */
export function reductionWorld(scenario: Scenario, given: ShardingPlan): ReductionWorld {
  const { reductions: _, ...plan } = given;
  const { cluster } = scenario;
  const levels = meshLevels(cluster, plan.mesh);
  return {
    plan,
    sums: neededSums(shardedProgram(scenario, plan)).map((sum) => ({
      ...sum,
      levels: reductionLevels(cluster, plan.mesh, sum.axes),
    })),
    bytesPerUs: levelSpeeds(cluster, plan.mesh.devices, levels),
    steps: possibleSteps(levels.map(() => 2)),
  };
}

export class ProgramEnv<Observation> extends Episode<Observation, number, ProgramState, readonly number[]> {
  readonly metadata: EnvMetadata;
  /** 0 to stop, or 1 and the number of an instruction. */
  readonly actionSpace: Discrete;
  declare protected readonly parts: ProgramParts<Observation>;

  constructor(parts: ProgramParts<Observation>, rng?: Rng) {
    super(parts, new ProgramState(parts.world), rng);
    this.metadata = {
      id: PROGRAM_ID,
      plans: ["sharding"],
      renderModes: ["text"],
      returns: returnsUnder(parts.utility, "score"),
    };
    this.actionSpace = discrete(parts.world.steps.length + 1);
  }

  /** What actions from 1 on do, in order. */
  get instructions(): readonly ReductionStep[] {
    return this.parts.world.steps;
  }

  override clone(): ProgramEnv<Observation> {
    return super.clone() as ProgramEnv<Observation>;
  }

  protected sibling(rng: Rng): ProgramEnv<Observation> {
    return new ProgramEnv(this.parts, rng);
  }

  protected begin(options: Readonly<Record<string, unknown>>): undefined {
    checkResetOptions(PROGRAM_ID, options);
    this.planState.begin();
    this.utility = 0;
  }

  protected advance(action: number): Advance {
    const next = new ProgramState(this.parts.world);
    next.set(this.planState);
    next.act(action);
    const outcome = next.isDone() ? this.score(next.decisions) : undefined;
    this.planState.act(action);
    return this.paidAtTheEnd(outcome);
  }

  protected mask(): ActionMask {
    return Uint8Array.from({ length: this.actionSpace.size }, (_, action) =>
      Number(this.planState.may(action)),
    );
  }

  protected checkLegal(action: number): void {
    if (this.planState.may(action)) return;
    const what = action === STOP ? "to stop" : stepText(this.instructions[action - 1]);
    throw new InputError(`${PROGRAM_ID}: ${what} is not legal now; info.actionMask says what is.`);
  }

  protected picture(title: string): string {
    return renderReductions(this.scenario, this.plan(), this.planState.sums, title);
  }
}
