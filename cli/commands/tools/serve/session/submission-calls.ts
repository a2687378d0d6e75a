/**
 * The calls of a submission: a method that runs elsewhere, entered in the leaderboard. It is the
 * run of an evaluation (docs/leaderboard.md) whose cells are played by a client. Every plan is
 * scored here, under a meter of the budget, so value, curve and counts are the simulator's. The
 * client writes the files; nothing is written here.
 */
import type { Method } from "../../../../../agents/contract.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { scenarioHash } from "../../../../../env/model/file.ts";
import { type MeteredEvaluator, metered } from "../../../../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { cellResult, meterTimes } from "../../../../../results/cells/cell.ts";
import type { EvaluatedCell } from "../../../../../results/evaluation/evaluation-report.ts";
import { resolveScenario } from "../../../../../scenarios/resolve.ts";
import type { Message } from "../frames/frame.ts";
import type { Answer } from "./env-calls.ts";
import { type Fields, integerIn } from "./fields.ts";
import { planIn } from "./given-plan.ts";
import type { GivenScenario } from "./given-scenario.ts";
import type { SessionLimits } from "./limits.ts";
import type { SolveHooks } from "./solve-call.ts";
import { type Asked, askedOf, writtenRun } from "./submission-run.ts";

export interface OpenCell {
  readonly given: GivenScenario;
  readonly meter: MeteredEvaluator;
}

export interface SubmissionCalls {
  /** The cell that the field `cell` of a call names; undefined where it names none. */
  openCell(fields: Fields): OpenCell | undefined;
  readonly calls: Readonly<Record<string, (message: Message) => Answer | Promise<Answer>>>;
}

interface Cell extends OpenCell {
  readonly scenario: number;
  readonly seedIndex: number;
}

export function createSubmissionCalls(limits: SessionLimits, { cpuSeconds }: SolveHooks): SubmissionCalls {
  let asked: Asked | null = null;
  let open: Cell | null = null;
  let opened = 0;
  const finished = new Map<string, EvaluatedCell>();
  const begun = (): Asked => {
    if (asked !== null) return asked;
    throw new InputError('There is no submission; call "submit" first.');
  };
  const openCell = ({ cell }: Fields): OpenCell | undefined => {
    if (cell === undefined || cell === null) return undefined;
    if (open !== null && cell === opened) return open;
    throw new InputError("The cell is not open: it was finished, or another one was begun after it.");
  };
  return {
    openCell,
    calls: {
      submit({ fields }) {
        asked = askedOf(fields, limits);
        open = null;
        finished.clear();
        const { track, seeds } = asked;
        return { fields: { scenarios: track.scenarios.map(([uri]) => uri), seeds } };
      },
      async beginCell({ fields }) {
        const { track, seeds, budget } = begun();
        const scenario = integerIn(fields, "scenarioIndex", 0, track.scenarios.length - 1);
        const seedIndex = integerIn(fields, "seedIndex", 0, seeds - 1);
        const [uri] = track.scenarios[scenario];
        const given = await pinned(uri, track.objective);
        const meter = metered(evaluator(given.scenario), budget, { cpuClock: cpuSeconds });
        open = { given, meter, scenario, seedIndex };
        opened++;
        return { fields: { cell: opened, scenario: uri, ...spentOf(meter) } };
      },
      evaluate(message) {
        const { given, meter } = named(openCell(message.fields));
        const { feasible, value, cost } = meter.evaluate(planIn(message, given.scenario));
        return { fields: { feasible, value, cost, ...spentOf(meter) } };
      },
      /** Simulations of the client's own, which cost budget like any other. */
      pass({ fields }) {
        const { meter } = named(openCell(fields));
        const passes = integerIn(fields, "passes", 1, limits.simulations);
        for (let i = 0; i < passes; i++) meter.pass();
        return { fields: spentOf(meter) };
      },
      finishCell({ fields }) {
        const { meter } = named(openCell(fields));
        const { scenario, seedIndex } = open!;
        const cell = evaluatedCell(begun(), open!);
        finished.set(`${scenario} ${seedIndex}`, cell);
        open = null;
        const { value, bound, gap } = cell.result;
        return { fields: { value, bound, gap, ...spentOf(meter), finished: finished.size } };
      },
      run() {
        const { track, seeds } = begun();
        const cells = track.scenarios.flatMap((_, scenario) =>
          Array.from({ length: seeds }, (_, seed) => finished.get(`${scenario} ${seed}`)),
        );
        return writtenRun(begun(), cells);
      },
    },
  };
}

function named(cell: OpenCell | undefined): OpenCell {
  if (cell !== undefined) return cell;
  throw new InputError("The call needs the field cell, the number of the open one.");
}

async function pinned(uri: string, objective: Asked["track"]["objective"]): Promise<GivenScenario> {
  const scenario = await resolveScenario(uri, { objective });
  return { scenario, hash: scenarioHash(scenario) };
}

const spentOf = ({ simulations, evaluations, remaining }: MeteredEvaluator) => ({
  simulations,
  evaluations,
  remaining: Number.isFinite(remaining) ? remaining : null,
});

function evaluatedCell(asked: Asked, { given, meter, seedIndex }: Cell): EvaluatedCell {
  const { method, methodName, budget, track, seed } = asked;
  // A file of the author's: an entry names it, and nobody but the author can run it again.
  const module = { kind: "agent", card: { id: method, name: methodName }, answers: track.answers[0] };
  const { scenario, hash } = given;
  const result = cellResult({
    spec: { scenario: scenario.name, method, rootSeed: seed, seedIndex, budget },
    hash,
    module: module as unknown as Method,
    meter,
    report: {
      ended: meter.refused === null ? "done" : "budget",
      ...(meter.best === null && { failure: "The client scored no plan." }),
    },
    backend: null,
    trained: null,
    ownPlan: null,
  });
  return { result: { ...result, budget }, times: meterTimes(meter) };
}
