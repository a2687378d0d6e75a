/**
 * What a worker of a queue holds a job to before it does it: its own versions, files and scenarios.
 * It refuses one that it would answer differently.
 */
import { InputError } from "../../../env/model/errors.ts";
import { type GrowingContents, growingContents } from "../../../results/cells/cell-content.ts";
import { methodFiles } from "../../../results/training/run-inputs.ts";
import { namesFiles } from "../../../scenarios/file-address.ts";
import type { CellJob } from "./messages.ts";

/** This worker is at fault, and not the job. */
export class Refusal extends Error {}

/** Throws where this worker's files or versions are not those that the cell was asked with. */
export function cellCheck(versions: CellJob["versions"]): (job: CellJob) => Promise<void> {
  const known = growingContents(versions);
  const firstFiles = new Map<string, string>();
  return async (job) => {
    const { cell, scenarioHash, key } = job;
    refuseOtherVersions(versions, job.versions);
    refuseOtherFiles(job, firstFiles);
    const hasFiles = Object.keys(job.files).length > 0 || namesFiles(cell.scenario);
    const contents = hasFiles ? growingContents(versions) : known;
    await knowing(contents, job);
    if (contents.scenarioHash(cell.scenario) !== scenarioHash)
      throw new Refusal(`A worker has another scenario "${cell.scenario}" than the cell asks for.`);
    if (contents.keyOf(cell) !== key)
      throw new Refusal(`A worker has another method "${cell.method}" than the cell asks for.`);
  };
}

async function knowing(contents: GrowingContents, { cell }: CellJob): Promise<void> {
  try {
    await contents.know(cell);
  } catch (error) {
    if (error instanceof InputError) throw new Refusal(`A worker cannot run a cell: ${error.message}`);
    throw error;
  }
}

/** Throws where this worker has another version of a program that answers depend on. */
export function refuseOtherVersions(own: CellJob["versions"], asked: CellJob["versions"]): void {
  const other = Object.keys({ ...own, ...asked }).find((name) => own[name] !== asked[name]);
  if (other !== undefined)
    throw new Refusal(
      `A worker has ${other} ${own[other] ?? "of no version"}, expected ${asked[other] ?? "none"}.`,
    );
}

/** Before any file is loaded. A child process may hold an older file, so none may change either. */
function refuseOtherFiles({ cell, files }: CellJob, first: Map<string, string>): void {
  const own = methodFiles([cell.method]);
  const other = Object.keys({ ...own, ...files }).find((path) => own[path] !== files[path]);
  if (other !== undefined)
    throw new Refusal(
      own[other] === undefined
        ? `A worker has no file "${other}", which "${cell.method}" is made from.`
        : `A worker has another file "${other}" than the cell asks for.`,
    );
  const text = JSON.stringify(own);
  const before = first.get(cell.method) ?? text;
  first.set(cell.method, before);
  if (before !== text)
    throw new Refusal(`Files of "${cell.method}" have changed since a worker began; start it again.`);
}
