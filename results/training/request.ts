/** What a training run is asked, what it needs in hand, and what it comes to. */
import type { AgentModule, BackendName, TrainStep } from "../../agents/contract.ts";
import type { DeviceSpeeds } from "../../env/model/cluster/slower-devices.ts";
import type { UnknownWork } from "../../env/model/graph/unknown-work.ts";
import type { PlanJson } from "../../env/model/plan/plan-kind.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import type { ObjectiveUnit } from "../../env/sim/evaluator/contract.ts";
import type { Ledger } from "../../env/sim/evaluator/ledger.ts";
import type { Actors } from "./actors/contract.ts";
import type { EvaluationRequest, HeldOutState } from "./held-out.ts";
import type { Pretraining, TrainedPolicy } from "./policy-file.ts";
import type { RunDescription, RunInputs } from "./run-description.ts";

export interface TrainRequest {
  /** URIs or paths; each update is on one of them, drawn at random. */
  readonly scenarios: readonly string[];
  /** Id, id with options, or path of an agent. */
  readonly agent: string;
  /** Folder of a finished run whose policy training begins with. */
  readonly init?: string;
  readonly seed: number | string;
  /** Of all scenarios together. */
  readonly budget: Budget;
  readonly objective?: Objective;
  readonly backend?: BackendName;
  /** Updates from one checkpoint to the next. */
  readonly checkpointEvery: number;
  /** Evaluation of the policy during training; default none. */
  readonly evaluation?: EvaluationRequest;
  /** What the agent measures is within this share of the exact step time; default exact. */
  readonly noise?: number;
  /** Devices that are slower than the agent sees them, in all scenarios; default none. */
  readonly slowDevices?: DeviceSpeeds;
}

export interface TrainHooks {
  /** Seconds on any steady clock. */
  readonly clock: () => number;
  /** User and system seconds of this process. */
  readonly cpuClock: () => number;
  /** Stops after the current evaluation when aborted; the run can be resumed. */
  readonly signal?: AbortSignal;
  /** `bestGap` is that of the step's scenario, null without a plan that fits. */
  readonly onStep?: (step: TrainStep, ledger: Ledger, bestGap: number | null) => void;
  readonly versions?: RunDescription["versions"];
  /** Folder that is to keep every plan and what it scored (`copies/evaluations.ts`). */
  readonly logTo?: string;
  /** Processes that simulate plans besides this one; default none. */
  readonly actors?: Actors;
}

/** What a run needs in hand; `train` and `resumeTraining` find it by name. */
export interface TrainParts {
  /** By name, in the order of the request. */
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly module: AgentModule;
  readonly options: unknown;
  /**
   * The id or path of the agent, and the options given with it; default the module's id and none.
   */
  readonly named?: { readonly method: string; readonly given: ReadonlyMap<string, string> };
  /** What the agent begins with; default a fresh policy. */
  readonly init?: TrainedPolicy | null;
  /** By name, those that the policy is evaluated on; default none. */
  readonly heldOut?: ReadonlyMap<string, Scenario>;
  /** What all of this was made from; a run goes on only with the same. Default nothing. */
  readonly inputs?: RunInputs;
}

/** What a run came to on one scenario. */
export interface TrainedScenario {
  readonly scenario: string;
  /** Spent on this scenario. */
  readonly evaluations: number;
  readonly simulations: number;
  readonly unit: ObjectiveUnit;
  /** Of the best plan, null where none fits. */
  readonly value: number | null;
  readonly feasible: boolean;
  /** Of the final policy's own plan, null where it does not fit or the budget ended before it. */
  readonly greedyValue: number | null;
  readonly greedyGap: number | null;
  /** What the policy spent on its own plan, of the counts above. */
  readonly greedyEvaluations: number;
  readonly greedySimulations: number;
  /** The policy's own plan; null where the budget or a stop ended before it. */
  readonly greedyPlan: PlanJson | null;
  readonly bound: number;
  readonly boundArgument: string;
  readonly gap: number | null;
  /** Where work is partly unknown: value, bound and gap are then of the graph as assumed. */
  readonly unknownWork?: UnknownWork;
  /** Evaluations of the whole run when the best plan was found. */
  readonly bestEvaluation: number | null;
  /** The best plan, whole. */
  readonly plan: PlanJson | null;
}

/** What a run came to; written to `result.json` when it ends by its budget. */
export interface TrainResult {
  readonly agent: string;
  /** False where the run was stopped and can be resumed. */
  readonly finished: boolean;
  readonly updates: number;
  readonly evaluations: number;
  readonly simulations: number;
  readonly backend: BackendName | null;
  /** Of the policy during training, null without; its counts are not in those above. */
  readonly evaluation: (Omit<HeldOutState, "sinceBest"> & { readonly stoppedEarly: boolean }) | null;
  /** What measurements were off by; all values here are exact and of the true devices. */
  readonly noise: number;
  readonly slowDevices: DeviceSpeeds;
  /** What the policy that it began with had cost. */
  readonly pretraining: Pretraining | null;
  /** Those that were drawn, in the order of the request. */
  readonly scenarios: readonly TrainedScenario[];
}
