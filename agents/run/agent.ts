/**
 * Runs one agent on a source of tasks: training, then its own plan for every task that it drew.
 *
 * What the greedy plans need is kept back from training. A spent budget is the normal way for
 * either to end. The agent is disposed of whatever happens; any other error passes through.
 */
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Rng } from "../../env/model/rng.ts";
import { BudgetExhausted } from "../../env/sim/evaluator/budget.ts";
import type {
  Agent,
  AgentModule,
  BackendName,
  RunSink,
  Task,
  TaskSource,
  TrainStep,
  Update,
} from "../contract.ts";
import { yieldEvery } from "../event-loop.ts";
import { type ReservedTasks, reservedTasks } from "./tasks.ts";

export interface AgentHooks {
  /** Receives every training step. */
  readonly sink?: RunSink;
  /** Called once, before training; loads a policy or a run that goes on. */
  readonly onCreated?: (agent: Agent) => void | Promise<void>;
  /** Called after every training step, for progress and checkpoints; awaited. */
  readonly onTrainStep?: (step: TrainStep, agent: Agent) => void | Promise<void>;
  /** Asked after every training step; training ends where it answers true. */
  readonly isOver?: () => boolean;
  /** Called when training has ended, before the greedy plans. */
  readonly onTrained?: (agent: Agent) => void | Promise<void>;
}

export interface AgentRun extends AgentHooks {
  readonly module: AgentModule;
  /** As the module's options schema gives them. */
  readonly options: unknown;
  readonly tasks: TaskSource;
  /** Names of the tasks that a run which goes on had drawn before. */
  readonly drawn?: readonly string[];
  readonly rng: Rng;
  /** Default the agent's own. */
  readonly backend?: BackendName;
  /** What training may spend on each task, in the budget's unit; all of it by default. */
  readonly trainsFor?: number;
  /** Whether plans drawn from the policy spend what its own plans leave of the budget. */
  readonly drawsOn?: boolean;
}

/** What the final policy answers by itself, and what that cost: charged, but counted apart. */
export interface GreedyPlan {
  readonly plan: Plan;
  readonly evaluations: number;
  readonly simulations: number;
}

export interface AgentResult {
  /** By the name of the task; one is missing where the budget ended before it. */
  readonly greedy: ReadonlyMap<string, GreedyPlan>;
  readonly backend: BackendName | null;
}

export async function runAgent(run: AgentRun): Promise<AgentResult> {
  const { module, options, rng, backend } = run;
  const needs = ({ scenario }: Task) => module.actEvaluations(scenario, options);
  const tasks = reservedTasks(run.tasks, needs, run.trainsFor);
  for (const name of run.drawn ?? []) await tasks.task(name);
  const agent = await unlessSpent(() => module.create({ tasks, rng, options, backend }));
  if (agent === null) return { greedy: new Map(), backend: null };
  try {
    await run.onCreated?.(agent);
    await unlessSpent(() => train(run, agent, tasks));
    await run.onTrained?.(agent);
    tasks.release();
    const greedy = await greedyPlans(agent, tasks);
    if (run.drawsOn) await unlessSpent(() => drawOn(agent, tasks));
    return { greedy, backend: agent.backend };
  } finally {
    agent.dispose();
  }
}

/**
 * An agent is not asked for an update that nothing is left for: it would change before it fails.
 */
async function train(
  { sink, onTrainStep, isOver, trainsFor }: AgentRun,
  agent: Agent,
  tasks: ReservedTasks,
): Promise<void> {
  if (trainsFor === 0) return openAll(tasks);
  const isSpent = () => tasks.opened.some(({ evaluator }) => evaluator.exhausted);
  if (isSpent()) return;
  const yieldNow = yieldEvery(1);
  for await (const update of agent.train()) {
    const step = stepOf(update, tasks);
    sink?.step(step);
    await onTrainStep?.(step, agent);
    await yieldNow();
    if (isOver?.() === true || isSpent()) return;
  }
}

/** For its own plans, where no training draws them. */
async function openAll(tasks: ReservedTasks): Promise<void> {
  for (const name of tasks.names) await tasks.task(name);
}

function stepOf({ update, task, metrics }: Update, { opened }: ReservedTasks): TrainStep {
  const sum = (of: "evaluations" | "simulations") =>
    opened.reduce((total, { evaluator }) => total + evaluator[of], 0);
  return { update, task, evaluations: sum("evaluations"), simulations: sum("simulations"), metrics };
}

async function greedyPlans(agent: Agent, { opened }: ReservedTasks): Promise<Map<string, GreedyPlan>> {
  const plans = new Map<string, GreedyPlan>();
  await unlessSpent(async () => {
    for (const task of opened) {
      const { evaluations, simulations } = task.evaluator;
      const plan = await agent.act(task);
      plans.set(task.name, {
        plan,
        evaluations: task.evaluator.evaluations - evaluations,
        simulations: task.evaluator.simulations - simulations,
      });
    }
  });
  return plans;
}

async function drawOn(agent: Agent, { opened }: ReservedTasks): Promise<void> {
  for (const task of opened) await agent.drawOn?.(task);
}

/** Null where the budget ended the work. */
async function unlessSpent<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BudgetExhausted) return null;
    throw error;
  }
}
