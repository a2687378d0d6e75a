/**
 * Child processes that run the cells of a comparison. Each is this program with the command
 * `pool-worker`, runs one cell at a time and sends the messages of
 * conversation.ts. An agent thereby has a
 * process and a TensorFlow of its own. The outcome of a cell cannot depend on how many run at once.
 * The actors of a training are the same children: they score plans.
 *
 * A cell that throws rejects its promise with the same kind of error. A cell whose process dies
 * rejects its promise with one sentence. After a stop a child has a short time to answer with its
 * best so far, then it is ended. No child outlives this process.
 */

import { fork } from "node:child_process";
import type { PlanScore } from "../../env/sim/evaluator/scored-ahead.ts";
import {
  type CellHooks,
  type CellOutcome,
  type CellSpec,
  CellStopped,
  type RunCell,
} from "../../results/cells/cell.ts";
import type { Actors, ScoreRequest } from "../../results/training/actors/contract.ts";
import { ownProgram } from "../start/program.ts";
import { type ChildWorker, converse } from "./conversation.ts";
import { workerStderr } from "./worker-stderr.ts";

export interface Pool {
  /** Runs a cell in an idle child, or in a new one. An abort asks the child for its best so far. */
  readonly runCell: RunCell;
  /** Cells that it takes at once, some of which wait; without it no cell waits. */
  readonly inFlight?: number;
  /** Ends all children at once. */
  close(): void | Promise<void>;
}

/** A pool on this machine. */
export interface ProcessPool extends Pool, Pick<Actors, "score"> {
  close(): void;
}

/** An interrupt should end all within a second. */
const STOP_MS = 600;

export interface PoolOptions {
  readonly program?: string;
  /** How long a child may take to answer a stop. */
  readonly stopMs?: number;
  /** Takes what children write to their stderr, line by line. */
  readonly passOn?: (text: string) => void;
}

export function createPool({
  program = ownProgram,
  stopMs = STOP_MS,
  passOn = toOurStderr,
}: PoolOptions = {}): ProcessPool {
  const idle: ChildWorker[] = [];
  const workers = new Set<ChildWorker>();

  const start = (): ChildWorker => {
    // A child's stdout is our stderr, so that no library can print into the results.
    const child = fork(program, ["pool-worker"], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", 2, "pipe", "ipc"],
    });
    const worker: ChildWorker = { child, stderr: workerStderr(passOn) };
    child.stderr!.setEncoding("utf8").on("data", worker.stderr.take);
    workers.add(worker);
    child.once("exit", () => {
      workers.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    });
    return worker;
  };

  const endAll = () => {
    for (const { child } of workers) child.kill("SIGKILL");
  };
  process.on("exit", endAll);
  const withWorker = async <Answer>(work: (worker: ChildWorker) => Promise<Answer>): Promise<Answer> => {
    const worker = idle.pop() ?? start();
    try {
      const answer = await work(worker);
      idle.push(worker);
      return answer;
    } catch (error) {
      // Whatever a method broke in its process, the next cell shall not meet it.
      worker.child.kill("SIGKILL");
      throw error;
    }
  };
  return {
    runCell: (cell, hooks) => withWorker((worker) => ranCell(worker, cell, hooks, stopMs)),
    score: (request) => withWorker((worker) => scoredPlans(worker, request)),
    close() {
      process.off("exit", endAll);
      endAll();
    },
  };
}

const toOurStderr = (text: string): void => void process.stderr.write(text);

async function ranCell(
  worker: ChildWorker,
  cell: CellSpec,
  { signal, onEvaluation, logTo }: CellHooks,
  stopMs: number,
): Promise<CellOutcome> {
  const answer = await converse(
    worker,
    { kind: "run", cell, logTo },
    { onEvaluation, stop: signal && { signal, stopMs, stopped: () => stopped(cell) } },
  );
  if (answer.kind !== "outcome") throw new Error(`A child answered a cell with "${answer.kind}".`);
  return answer.outcome;
}

async function scoredPlans(worker: ChildWorker, request: ScoreRequest): Promise<readonly PlanScore[] | null> {
  const answer = await converse(worker, { kind: "score", request });
  if (answer.kind !== "scores") throw new Error(`A child answered plans with "${answer.kind}".`);
  return answer.scores;
}

const stopped = ({ method, scenario }: CellSpec): CellStopped =>
  new CellStopped(`"${method}" on "${scenario}" was stopped before it had an answer.`);
