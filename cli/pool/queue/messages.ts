/**
 * What goes through the queue. A cell is data: it names a method of the registry, or a file that
 * the worker has. Digests tell what both must be made from. A share is plans of a training, with no
 * path in it. No code is in either. An answer is what a child process of `pool.ts` says, or the
 * refusal of a worker whose files or versions are others.
 */
import { z } from "zod";
import type { ScenarioFile } from "../../../env/model/file.ts";
import { objectives } from "../../../env/model/scenario.ts";
import type { CellSpec } from "../../../results/cells/cell.ts";
import type { FileDigests } from "../../../results/files/program-files.ts";
import type { ScoreRequest } from "../../../results/training/actors/contract.ts";
import { sharedConfig } from "../../../results/training/train-config.ts";
import type { FromWorker } from "../conversation.ts";

export interface CellJob {
  readonly cell: CellSpec;
  /** Digest of all that the outcome depends on; the job's id is made from it. */
  readonly key: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly scenarioHash: string;
  /** Of the method's own files and policy; checked before any of them is loaded. */
  readonly files: FileDigests;
}

/** Plans of an update that a learner waits for. */
export interface ShareJob {
  readonly share: ScoreRequest;
  readonly versions: CellJob["versions"];
}

const texts = z.record(z.string(), z.string());
export const cellJobSchema: z.ZodType<CellJob> = z.strictObject({
  cell: z.strictObject({
    scenario: z.string(),
    method: z.string(),
    rootSeed: z.union([z.number(), z.string()]),
    seedIndex: z.int().min(0),
    ...sharedConfig,
  }),
  key: z.string(),
  versions: texts,
  scenarioHash: z.string(),
  files: texts,
});

/** The scenario and the plans are checked where they are read. */
export const shareJobSchema: z.ZodType<ShareJob> = z.strictObject({
  share: z.strictObject({
    scenario: z.string().nullable(),
    scenarioHash: z.string(),
    content: z.custom<ScenarioFile>().optional(),
    objective: z.enum(objectives).optional(),
    slowDevices: z.record(z.string(), z.number()).optional(),
    plans: z.array(z.looseObject({ kind: z.string() })),
  }),
  versions: texts,
});

/** What a job is named by, and what it holds. */
export interface JobData {
  readonly cell: CellJob;
  readonly share: ShareJob;
}

/** A worker's last word on a job. */
export type Answer =
  | Exclude<FromWorker, { readonly kind: "progress" }>
  | { readonly kind: "refused"; readonly sentence: string };

export interface SpentMessage {
  readonly spent: number;
}

/** All keys of the queue in Redis begin with it. */
export const KEY_PREFIX = "placement-gym";
/** A name that BullMQ takes for an id: it may not look like a number. */
export const jobIdOf = (key: string): string => `cell-${key}`;
