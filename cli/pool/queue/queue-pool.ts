/**
 * A pool whose cells run on other machines: it gives them to a queue in Redis and receives what
 * workers answer.
 *
 * A job's id is the digest of its cell. An evaluation that is given again thereby finds what it
 * gave before, the answers that nobody received included.
 */
import type { CellHooks, CellOutcome, CellSpec } from "../../../results/cells/cell.ts";
import type { CellContents } from "../../../results/cells/cell-content.ts";
import type { FileDigests } from "../../../results/files/program-files.ts";
import { methodFiles } from "../../../results/training/run-inputs.ts";
import type { Pool } from "../pool.ts";
import type { QueueAddress } from "./address.ts";
import { type GivenJobs, openJobs } from "./given-jobs.ts";
import { type CellJob, jobIdOf } from "./messages.ts";

export interface QueuePoolParts {
  readonly address: QueueAddress;
  readonly contents: CellContents;
  readonly versions: CellJob["versions"];
  readonly note: (line: string) => void;
}

export interface QueuePool extends Pool, Pick<GivenJobs, "workerCount"> {
  close(): Promise<void>;
}

/** Enough for workers to be busy while answers travel, few enough to be looked through. */
const IN_FLIGHT = 256;

export async function openQueuePool(parts: QueuePoolParts): Promise<QueuePool> {
  const jobs = await openJobs(parts.address, parts.note);
  const files = new Map<string, FileDigests>();
  return {
    inFlight: IN_FLIGHT,
    workerCount: jobs.workerCount,
    runCell: async (cell, hooks) => runCell(jobs, jobOf(cell, files, parts), hooks),
    close: jobs.close,
  };
}

async function runCell(
  jobs: GivenJobs,
  data: CellJob,
  { onStart, onEvaluation, signal }: CellHooks,
): Promise<CellOutcome> {
  const { method, scenario, seedIndex } = data.cell;
  const told = `"${method}" on "${scenario}", seed ${seedIndex}`;
  const id = jobIdOf(data.key);
  const answer = await jobs.answerTo({ kind: "cell", id, data, told, onStart, onEvaluation, signal });
  if (answer.kind !== "outcome") throw new Error(`A worker answered a cell with "${answer.kind}".`);
  return answer.outcome;
}

/** `files` are those of methods, as they were when the first of their cells was given. */
function jobOf(
  cell: CellSpec,
  files: Map<string, FileDigests>,
  { contents, versions }: QueuePoolParts,
): CellJob {
  const [key, scenarioHash] = [contents.keyOf(cell), contents.scenarioHash(cell.scenario)];
  if (key === null || scenarioHash === null)
    throw new Error(`"${cell.method}" on "${cell.scenario}" is unknown to the queue.`);
  const own = files.get(cell.method) ?? methodFiles([cell.method]);
  files.set(cell.method, own);
  return { cell, key, versions, scenarioHash, files: own };
}
