/**
 * A decision process with few actions and episodes that end, as a learner of action values plays
 * it. States are bytes of one length, so that a replay memory holds many of them. What a network
 * sees of a state is made from these bytes alone.
 */
import type { Plan } from "../../../../env/model/plan/plan.ts";
import type { Task } from "../../../contract.ts";

/** `failed`: the decisions lead to no plan. */
export type StepEnd = "open" | "done" | "failed";

export interface DecisionProcess {
  /** Actions are 0 .. actions - 1. */
  readonly actions: number;
  readonly stateBytes: number;
  /** Columns of what is seen of a state. */
  readonly columns: number;
  /** Begins an episode; `done` where there is nothing to decide. */
  reset(): StepEnd;
  /** Shared: to be copied by who keeps it. */
  readonly state: Uint8Array;
  /** 1 for each legal action; at least one where the episode is open. Shared too. */
  readonly mask: Uint8Array;
  /** Pre: the action is legal. */
  step(action: number): StepEnd;
  /** Would a legal action fail? Changes nothing. Not all of them do. */
  fails(action: number): boolean;
  /** Writes what a network sees of a state. Pre: an open state; the row is all 0. */
  see(state: Uint8Array, row: Float32Array): void;
  /** The plan of a done episode, and a text that is equal for equal plans. */
  plan(): Plan;
  key(): string;
}

/** What a learner of action values learns on. */
export interface ProcessTask {
  readonly task: Task;
  readonly process: DecisionProcess;
  /** The plan that costs are compared with. */
  reference(): Plan;
}
