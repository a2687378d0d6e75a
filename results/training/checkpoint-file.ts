/**
 * `checkpoint/state.json` and `times.json` of a training run, as they are on disk. Both are sealed,
 * so damage shows whatever it is. Those of version 0.1.0 have no seal and are held to their shape.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { objectIn, readJson, sealed, shaped, unsealed } from "../files/sealed.ts";
import {
  CHECKPOINT,
  CHECKPOINT_FORMAT,
  type Checkpoint,
  type OldMeter,
  type RunTimes,
  type SavedMeter,
  TIMES,
} from "./checkpoint.ts";
import { heldOutSchema } from "./held-out.ts";

const count = z.number().min(0);
const cost = z.number();
const best = z.object({ plan: z.unknown(), evaluation: count, simulation: count, cost });
const point = z.object({ simulations: count, evaluations: count, cost, feasible: z.boolean() });
const meter: z.ZodType<SavedMeter> = z.object({
  evaluations: count,
  simulations: count,
  best: best.nullable(),
  curve: z.array(point),
});
const oldMeter: z.ZodType<OldMeter> = z.object({
  spent: count,
  best: z.object({ device: z.array(z.number()), evaluation: count, cost }).nullable(),
  curve: z.array(z.object({ evaluations: count, cost, feasible: z.boolean() })),
});
const anyMeter = z.union([meter, oldMeter], "expected what a scenario's meter had counted");
const state = z.unknown().refine((value) => typeof value === "object" && value !== null, "expected a state");
const digest = z.string().nullable().default(null);
const logs = { metricsBytes: count, metricsSha256: digest, plansBytes: count, plansSha256: digest };
const checkpoint: z.ZodType<Checkpoint> = z.object({
  update: z.int().min(1),
  ...logs,
  meters: z.record(z.string(), anyMeter),
  heldOut: heldOutSchema.optional(),
  agent: state,
});

/** As it is written. */
export const checkpointFile = (value: Checkpoint): object => sealed({ format: CHECKPOINT_FORMAT, ...value });

/** Null where a run was ended before its first checkpoint. `scenarios` are those of the run. */
export function readCheckpoint(path: string, scenarios: readonly string[]): Checkpoint | null {
  const where = `"${join(path, CHECKPOINT)}"`;
  const stored = readJson(join(path, CHECKPOINT));
  if (stored === undefined) return null;
  const { format, ...unread } = objectIn(stored, where);
  if (format === undefined && unread.sha256 === undefined)
    return shaped(checkpoint, ofManyScenarios(unread, scenarios), where);
  if (format !== CHECKPOINT_FORMAT)
    throw new InputError(`${where}: format is ${JSON.stringify(format)}, expected "${CHECKPOINT_FORMAT}".`);
  const read = shaped(checkpoint, unsealed(stored, where), where);
  const unknown = Object.keys(read.meters).find((name) => !scenarios.includes(name));
  if (unknown !== undefined)
    throw new InputError(`${where} counts scenario "${unknown}", which is not one of the run.`);
  return read;
}

/** Version 0.1.0 trained on one scenario. */
function ofManyScenarios(stored: Readonly<Record<string, unknown>>, [first]: readonly string[]): object {
  const { meter: only, ...rest } = stored;
  return only === undefined ? stored : { ...rest, meters: { [first]: only } };
}

const seconds = z.array(z.number().min(0));
const times: z.ZodType<RunTimes> = z.object({
  seconds: z.number().min(0),
  cpuSeconds: z.number().min(0),
  scenarios: z.record(z.string(), z.object({ curveSeconds: seconds, curveCpuSeconds: seconds })),
});

/** As it is written. */
export const timesFile = (value: RunTimes): object => sealed(value);

export function readTimes(path: string): RunTimes {
  const where = `"${join(path, TIMES)}"`;
  const stored = readJson(join(path, TIMES));
  if (stored === undefined)
    throw new InputError(`${where} is missing beside a checkpoint; give another folder.`);
  const { sha256 } = objectIn(stored, where);
  return shaped(times, sha256 === undefined ? stored : unsealed(stored, where), where);
}
