/**
 * The training loop behind `train.ts`. It runs an agent on the tasks of a ledger, logs every
 * update, keeps every better plan, and writes checkpoints and the final policy. The run directory
 * is opened after the agent is created, because it records the backend that the agent uses.
 */
import type { Agent, Task, TaskSource, TrainStep } from "../../agents/contract.ts";
import { type GreedyPlan, runAgent } from "../../agents/run/agent.ts";
import { taskSource } from "../../agents/run/tasks.ts";
import { InputError } from "../../env/model/errors.ts";
import { scenarioHash } from "../../env/model/file.ts";
import { planToJson } from "../../env/model/plan/plan.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { type Evaluator, gapOf } from "../../env/sim/evaluator/contract.ts";
import { createLedger, type Ledger } from "../../env/sim/evaluator/ledger.ts";
import type { MeteredEvaluator } from "../../env/sim/evaluator/meter.ts";
import { scoredAhead } from "../../env/sim/evaluator/scored-ahead.ts";
import { namesFiles } from "../../scenarios/file-address.ts";
import { cellRng } from "../cells/random-stream.ts";
import { sealed } from "../files/sealed.ts";
import { mean } from "../statistics/averages.ts";
import { aheadBy } from "./actors/ahead.ts";
import {
  CHECKPOINT,
  type Checkpoint,
  meterState,
  type RunTimes,
  restoredMeterState,
  runTimes,
  TIMES,
} from "./checkpoint.ts";
import { checkpointFile, timesFile } from "./checkpoint-file.ts";
import { measuring, trueEvaluator } from "./conditions.ts";
import { type TrainingLog, trainingLog } from "./copies/evaluations.ts";
import type { MetricsRow } from "./copies/metrics-row.ts";
import { type Evaluated, HeldOut } from "./held-out.ts";
import { BEST_POLICY, POLICY, POLICY_FORMAT, type PolicyFile } from "./policy-file.ts";
import type { TrainedScenario, TrainHooks, TrainParts, TrainRequest, TrainResult } from "./request.ts";
import type { RunDirectory } from "./run-directory.ts";

/** Where a resumed run goes on. */
export interface Resumed {
  readonly checkpoint: Checkpoint;
  readonly times: RunTimes;
}

export interface TrainingParts {
  /** Makes or opens the run directory. */
  readonly open: (agent: Agent) => RunDirectory;
  readonly request: TrainRequest;
  readonly parts: TrainParts;
  readonly hooks: TrainHooks;
  readonly resumed: Resumed | null;
}

export const runTraining = (parts: TrainingParts): Promise<TrainResult> => new Training(parts).run();

class Training {
  private readonly given: TrainingParts;
  private readonly ledger: Ledger;
  private readonly tasks: TaskSource;
  /** Of the scenarios that were drawn. */
  private readonly meters = new Map<string, MeteredEvaluator>();
  /** Of the scenarios with a plan that fits. */
  private readonly bounds = new Map<string, number>();
  /** The evaluation of the last plan in the log, by scenario. */
  private readonly written = new Map<string, number>();
  private readonly isOfMany: boolean;
  private readonly heldOut: HeldOut | null;
  private readonly log: TrainingLog | null;
  private directory: RunDirectory | null = null;
  private policy: unknown = null;
  private updates: number;

  constructor(given: TrainingParts) {
    const { request, parts, hooks, resumed } = given;
    const { clock, cpuClock, signal } = hooks;
    const from =
      resumed === null
        ? undefined
        : { elapsedSeconds: resumed.times.seconds, cpuSeconds: resumed.times.cpuSeconds };
    this.given = given;
    this.ledger = createLedger(request.budget, { clock, cpuClock, signal, from });
    this.tasks = taskSource([...parts.scenarios.keys()], async (name) => this.task(name));
    this.isOfMany = parts.scenarios.size > 1;
    this.heldOut =
      request.evaluation === undefined
        ? null
        : new HeldOut({
            request: request.evaluation,
            scenarios: parts.heldOut ?? parts.scenarios,
            evaluatorOf: (scenario) => trueEvaluator(scenario, request),
            from: resumed?.checkpoint.heldOut,
          });
    this.updates = resumed?.checkpoint.update ?? 0;
    const { logTo: folder } = hooks;
    this.log = folder === undefined ? null : trainingLog({ folder, request, scenarios: parts.scenarios });
  }

  async run(): Promise<TrainResult> {
    const { request, parts, hooks, resumed } = this.given;
    const hashes = [...parts.scenarios.values()].map(scenarioHash);
    try {
      const { backend, greedy } = await runAgent({
        module: parts.module,
        options: parts.options,
        tasks: this.tasks,
        drawn: resumed === null ? [] : Object.keys(resumed.checkpoint.meters),
        rng: cellRng({ rootSeed: request.seed, seedIndex: 0 }, hashes.join("+"), parts.module.card),
        backend: request.backend,
        onCreated: (agent) => this.begin(agent),
        onTrainStep: (step, agent) => this.keepStep(step, agent),
        isOver: () => this.heldOut?.isOver === true,
        onTrained: async (agent) => {
          this.policy = await agent.savePolicy();
        },
      });
      const finished = !(hooks.signal?.aborted === true && this.anythingLeft());
      const result = this.result(greedy, { backend, finished });
      if (finished) this.finish(result);
      return result;
    } finally {
      this.log?.close();
      this.directory?.close();
    }
  }

  /** A scenario with its meter, which goes on where a resumed run left it. */
  private task(name: string): Task {
    const scenario = this.given.parts.scenarios.get(name)!;
    const { request, resumed } = this.given;
    const { evaluator: inner, ...ahead } = this.scoring(name, scenario);
    const saved = resumed?.checkpoint.meters[name];
    const from =
      saved === undefined ? undefined : restoredMeterState(saved, resumed?.times.scenarios[name], inner);
    const meter = this.ledger.meter(inner, from, this.log?.recorder(name));
    this.meters.set(name, meter);
    if (from?.best) this.written.set(name, from.best.evaluation);
    return { name, scenario, evaluator: measuring(meter, name, request), ...ahead };
  }

  /** What scores plans, and how other processes simulate them first, where there are any. */
  private scoring(name: string, scenario: Scenario): Pick<Task, "scoreAhead"> & { evaluator: Evaluator } {
    const { request, hooks } = this.given;
    const { actors } = hooks;
    const evaluator = trueEvaluator(scenario, request);
    if (actors === undefined || actors.count < 2) return { evaluator };
    const scored = scoredAhead(evaluator);
    const { objective, slowDevices } = request;
    const uri = namesFiles(name) ? null : name;
    const asked = { scenario: uri, scenarioHash: scenarioHash(scenario), objective, slowDevices };
    const own = trueEvaluator(scenario, request);
    return { evaluator: scored.evaluator, scoreAhead: aheadBy({ actors, request: asked, own, scored }) };
  }

  private async begin(agent: Agent): Promise<void> {
    const { open, parts, resumed } = this.given;
    this.directory = open(agent);
    if (resumed !== null) await loadRun(agent, resumed.checkpoint.agent);
    else if (parts.init) await agent.loadPolicy(parts.init.policy);
  }

  private logStep({ update, task, simulations, evaluations, ...step }: TrainStep, seen: Evaluated | null) {
    const scenario = this.isOfMany ? { scenario: task } : {};
    const best = this.bestOf(task);
    const metrics = { ...step.metrics, ...seen?.metrics };
    this.directory!.logMetrics({ update, ...scenario, simulations, evaluations, metrics, ...best });
  }

  /** Of an update's scenario; of several, with commas between, the mean gap. */
  private bestOf(task: string): Pick<MetricsRow, "bestValue" | "bestGap"> {
    if (this.meters.has(task)) return this.bestOn(task);
    const names = task.split(",");
    const gaps = names.flatMap((name) => this.bestOn(name).bestGap ?? []);
    return { bestValue: null, bestGap: gaps.length < names.length ? null : mean(gaps) };
  }

  private bestOn(name: string): Pick<MetricsRow, "bestValue" | "bestGap"> {
    const meter = this.meters.get(name);
    const bestValue = meter?.best?.outcome.value ?? null;
    if (meter === undefined || bestValue === null) return { bestValue, bestGap: null };
    const bound = this.bounds.get(name) ?? meter.bound().value;
    this.bounds.set(name, bound);
    return { bestValue, bestGap: gapOf(bestValue, bound) };
  }

  /** A run that ends here has no checkpoint of this moment: it could only go on past its end. */
  private async keepStep(step: TrainStep, agent: Agent): Promise<void> {
    const { request, hooks } = this.given;
    this.updates = step.update;
    const seen = (await this.heldOut?.after(step.update, agent)) ?? null;
    this.logStep(step, seen);
    this.writePlans();
    if (seen?.isBest === true) await this.writeBestPolicy(agent);
    const isOver = this.heldOut?.isOver === true;
    if (!isOver && this.updates % request.checkpointEvery === 0) await this.writeCheckpoint(agent);
    hooks.onStep?.(step, this.ledger, this.bestOf(step.task).bestGap ?? null);
  }

  private async writeBestPolicy(agent: Agent): Promise<void> {
    const file = this.policyFile(await agent.savePolicy());
    this.directory!.writeJson(BEST_POLICY, sealed(file));
  }

  /** Each best plan that is not in the log yet. */
  private writePlans(): void {
    for (const name of this.tasks.names) {
      const best = this.meters.get(name)?.best ?? null;
      if (best === null || best.evaluation === this.written.get(name)) continue;
      this.written.set(name, best.evaluation);
      const { value, cost, feasible } = best.outcome;
      const { evaluation, simulation } = best;
      const scenario = this.isOfMany ? { scenario: name } : {};
      const plan = planToJson(best.plan);
      this.directory!.plans.append({ ...scenario, evaluation, simulation, value, cost, feasible, plan });
    }
  }

  /**
   * The logs reach the disk first, so that the lengths in a checkpoint never point past their ends.
   */
  private async writeCheckpoint(agent: Agent): Promise<void> {
    const run = this.directory!;
    run.metrics.sync();
    run.plans.sync();
    const meters = this.tasks.names.flatMap((name) => {
      const meter = this.meters.get(name);
      return meter === undefined ? [] : [[name, meterState(meter)] as const];
    });
    const checkpoint: Checkpoint = {
      update: this.updates,
      metricsBytes: run.metrics.lengthBytes,
      metricsSha256: run.metrics.sha256(),
      plansBytes: run.plans.lengthBytes,
      plansSha256: run.plans.sha256(),
      meters: Object.fromEntries(meters),
      ...(this.heldOut !== null && { heldOut: this.heldOut.state }),
      agent: await agent.saveRun(),
    };
    run.writeJson(TIMES, timesFile(runTimes(this.ledger, this.meters)));
    run.writeJson(CHECKPOINT, checkpointFile(checkpoint));
  }

  private finish(result: TrainResult): void {
    if (this.directory === null) return;
    this.writePlans();
    this.directory.writeJson(TIMES, timesFile(runTimes(this.ledger, this.meters)));
    this.directory.writeJson(POLICY, sealed(this.policyFile(this.policy)));
    this.directory.writeJson("result.json", result);
  }

  /** What evaluation cost counts too, because it may have chosen the policy. */
  private policyFile(policy: unknown): PolicyFile {
    const { module, named, init } = this.given.parts;
    const spent = [this.ledger, this.heldOut?.state, init?.pretraining].filter((part) => part != null);
    return {
      format: POLICY_FORMAT,
      agent: module.card.id,
      method: named?.method ?? module.card.id,
      options: Object.fromEntries(named?.given ?? []),
      scenarios: this.tasks.names,
      simulations: spent.reduce((sum, { simulations }) => sum + simulations, 0),
      evaluations: spent.reduce((sum, { evaluations }) => sum + evaluations, 0),
      policy,
    };
  }

  /** Whether the counts of the budget leave anything; a budget of time alone always does. */
  private anythingLeft(): boolean {
    const [meter] = this.meters.values();
    return meter === undefined || meter.remaining > 0;
  }

  private evaluationResult(): TrainResult["evaluation"] {
    if (this.heldOut === null) return null;
    const { sinceBest: _, ...counts } = this.heldOut.state;
    return { ...counts, stoppedEarly: this.heldOut.isOver };
  }

  private result(
    greedy: ReadonlyMap<string, GreedyPlan>,
    ended: Pick<TrainResult, "backend" | "finished">,
  ): TrainResult {
    const { request, parts } = this.given;
    const { evaluations, simulations } = this.ledger;
    return {
      agent: request.agent,
      finished: ended.finished,
      updates: this.updates,
      evaluations,
      simulations,
      backend: ended.backend,
      evaluation: this.evaluationResult(),
      noise: request.noise ?? 0,
      slowDevices: request.slowDevices ?? {},
      pretraining: parts.init?.pretraining ?? null,
      scenarios: this.tasks.names.flatMap((name) => {
        const meter = this.meters.get(name);
        if (meter === undefined) return [];
        const truth = trueEvaluator(meter.scenario, request);
        return [scenarioResult(name, meter, { truth, greedy: greedy.get(name) ?? null })];
      }),
    };
  }
}

/** A state that an agent cannot load is a mistake in the folder, or in the agent's file. */
async function loadRun(agent: Agent, state: unknown): Promise<void> {
  try {
    await agent.loadRun(state);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = String((error as Error)?.message ?? error)
      .split("\n")[0]
      .replace(/\.$/, "");
    throw new InputError(`The agent cannot go on from the state in its checkpoint: ${reason}.`);
  }
}

interface Greedy {
  readonly greedy: GreedyPlan | null;
  /** What scores it. */
  readonly truth: Evaluator;
}

function scenarioResult(name: string, meter: MeteredEvaluator, policy: Greedy): TrainedScenario {
  const { best, unit, evaluations, simulations, scenario } = meter;
  const bound = meter.bound();
  const { unknownWork } = scenario.meta;
  const value = best?.outcome.value ?? null;
  return {
    scenario: name,
    evaluations,
    simulations,
    unit,
    value,
    feasible: best?.outcome.feasible ?? false,
    ...greedyResult(policy, bound.value),
    bound: bound.value,
    boundArgument: bound.argument,
    gap: gapOf(value, bound.value),
    ...(unknownWork !== undefined && { unknownWork }),
    bestEvaluation: best?.evaluation ?? null,
    plan: best === null ? null : planToJson(best.plan),
  };
}

/** Scored once more outside the budget: the policy was charged when it acted. */
function greedyResult({ greedy, truth }: Greedy, bound: number) {
  const value = greedy === null ? null : truth.evaluate(greedy.plan).value;
  return {
    greedyValue: value,
    greedyGap: gapOf(value, bound),
    greedyEvaluations: greedy?.evaluations ?? 0,
    greedySimulations: greedy?.simulations ?? 0,
    greedyPlan: greedy === null ? null : planToJson(greedy.plan),
  };
}
