/**
 * `run.json`: what a run was asked to do and with what, of a training, a comparison, a tuning and
 * an evaluation alike. It is sealed. Files of version 0.1.0 have no seal and are held to their
 * shape alone.
 */
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { writeAtomically } from "../files/atomic.ts";
import { type FileDigests, refuseChanged } from "../files/program-files.ts";
import { objectIn, readJson, sealed, shaped, unsealed } from "../files/sealed.ts";

export const RUN_FORMAT = "placement-gym/run@2";
const UNSEALED_FORMAT = "placement-gym/run@1";
export const RUN = "run.json";

/** What a folder holds, by kind. */
export const runNames = {
  train: "a training run",
  compare: "a comparison",
  tune: "a tuning",
  evaluate: "an evaluation",
} as const;

/** What a run was made from besides the package. */
export interface RunInputs {
  /** Files of the user's methods and policies, with their SHA-256. */
  readonly files: FileDigests;
  /** Options of each method by its spec, defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** JSON-safe. */
export interface RunDescription extends RunInputs {
  readonly kind: keyof typeof runNames;
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number | string;
  /** Versions by name: of the package, the runtime and all else that the numbers may depend on. */
  readonly versions: Readonly<Record<string, string>>;
  readonly backend: string | null;
  /** Content hash by scenario name. */
  readonly scenarios: Readonly<Record<string, string>>;
}

const texts = z.record(z.string(), z.string());
const schema: z.ZodType<RunDescription> = z.strictObject({
  kind: z.enum(["train", "compare", "tune", "evaluate"]),
  config: z.record(z.string(), z.unknown()),
  seed: z.union([z.number(), z.string()]),
  versions: texts,
  backend: z.string().nullable(),
  scenarios: texts,
  files: texts.default({}),
  options: z.record(z.string(), z.unknown()).default({}),
});

export function writeDescription(path: string, description: RunDescription): void {
  const text = JSON.stringify(sealed({ format: RUN_FORMAT, ...description }), null, 1);
  writeAtomically(join(path, RUN), `${text}\n`);
}

/** What the run in a folder was asked to do; null where there is no `run.json`. */
export function descriptionIn(path: string): RunDescription | null {
  const where = `"${join(path, RUN)}"`;
  const stored = readJson(join(path, RUN));
  if (stored === undefined) return null;
  const { format } = objectIn(stored, where);
  if (format !== RUN_FORMAT && format !== UNSEALED_FORMAT)
    throw new InputError(`${where}: format is ${JSON.stringify(format)}, expected "${RUN_FORMAT}".`);
  const { format: _, ...description } =
    format === RUN_FORMAT ? unsealed(stored, where) : objectIn(stored, where);
  return shaped(schema, description, where);
}

/** Throws `InputError` where a run was begun by other versions, from other files or options. */
export function refuseOther(
  path: string,
  begun: RunDescription,
  now: RunInputs & Pick<RunDescription, "versions">,
): void {
  const [then, here] = [begun, now].map(({ versions }) => told(versions));
  if (then !== here)
    throw new InputError(`The run in "${path}" was begun by ${then}, this is ${here}; give another folder.`);
  refuseChanged(begun.files, now.files, path);
  for (const [spec, options] of Object.entries(now.options)) {
    const before = begun.options[spec];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(options))
      throw new InputError(
        `Method "${spec}" had the options ${JSON.stringify(before)} when the run in "${path}" began, ` +
          `now it has ${JSON.stringify(options)}; give another folder.`,
      );
  }
}

function told(versions: RunDescription["versions"]): string {
  const entries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return entries.length === 0 ? "no version" : entries.sort().join(", ");
}
