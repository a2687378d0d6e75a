/**
 * The best plan known of each scenario of each track, a file each: `TRACK/SCENARIO.json`. A file is
 * sealed and written by this package alone, but a submission may replace it, so it is read as a
 * stranger's.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../../env/model/errors.ts";
import { asPlacement, planFromJson } from "../../../env/model/plan/plan.ts";
import { objectives } from "../../../env/model/scenario.ts";
import { writeAtomically } from "../../files/atomic.ts";
import { sealed, shaped, unsealed } from "../../files/sealed.ts";
import type { BestKnown, Track } from "../contract.ts";
import { utf8 } from "../entry/entry-file.ts";
import { packed, ranked, unpacked } from "../entry/packed-plan.ts";
import { contiguityFault } from "../tracks/contiguous.ts";
import { boundedBytes } from "../untrusted/folder.ts";
import { strictJson } from "../untrusted/json.ts";
import { LINE_BYTES } from "../untrusted/limits.ts";
import type { Judged } from "../verify/judge.ts";
import { verifySlowly } from "../verify/slow.ts";

export const bestKnownPath = (folder: string, track: Track, uri: string): string =>
  join(folder, track.id, `${uri.replace(/[^A-Za-z0-9.=+-]+/g, "_")}.json`);

const schema: z.ZodType<BestKnown> = z.strictObject({
  scenario: z.string(),
  scenarioHash: z.string(),
  objective: z.enum(objectives),
  rule: z.literal("contiguous").nullable(),
  value: z.number().positive(),
  bound: z.number().min(0),
  boundArgument: z.string().max(200),
  method: z.string().min(1).max(200),
  date: z.string().regex(/^\d{4}-\d\d-\d\d$/, "expected a day such as 2026-11-28"),
  plan: z.looseObject({ kind: z.string().max(40) }),
});

/** Null where there is no file. Throws `InputError` on a damaged one. Nothing is scored. */
export function readBestKnown(folder: string, track: Track, uri: string): BestKnown | null {
  const path = bestKnownPath(folder, track, uri);
  if (!existsSync(path)) return null;
  const where = `"${path}"`;
  const text = utf8(boundedBytes(path, LINE_BYTES), where);
  const best = shaped(schema, unsealed(strictJson(text.trimEnd(), where), where), where);
  return { ...best, plan: unpacked(best.plan, where) };
}

export function writeBestKnown(folder: string, track: Track, best: BestKnown): void {
  const file = { ...best, plan: packed(ranked(best.plan)) };
  writeAtomically(bestKnownPath(folder, track, best.scenario), `${JSON.stringify(sealed(file))}\n`);
}

/** Throws `InputError` unless the plan has its value on the fast and on the slow simulator. */
export function verifyBestKnown(best: BestKnown, track: Track, judged: Judged): void {
  const where = `The best known plan of "${judged.uri}" in the track "${track.id}"`;
  if (best.scenario !== judged.uri || best.scenarioHash !== judged.hash)
    throw new InputError(`${where} is of another scenario: "${best.scenario}", hash ${best.scenarioHash}.`);
  if (best.objective !== track.objective || best.rule !== track.rule)
    throw new InputError(`${where} is under the objective ${best.objective}, expected that of the track.`);
  const plan = planFromJson(judged.scenario, best.plan, where);
  const { value } = judged.evaluator.evaluate(plan);
  if (value !== best.value)
    throw new InputError(`${where} claims the value ${best.value}, but its plan has ${value ?? "none"}.`);
  const fault =
    track.rule === "contiguous" ? contiguityFault(judged.scenario, asPlacement(plan).device) : null;
  if (fault !== null) throw new InputError(`${where} is not contiguous, since ${fault}.`);
  if (best.bound < judged.bound.value || best.bound > value)
    throw new InputError(
      `${where} has the bound ${best.bound}, expected one between the simulator's ${judged.bound.value} and its value.`,
    );
  verifySlowly(plan, value, judged, where);
}

/** A better plan and who found it, as a submission brings it. */
export interface NewBest {
  readonly plan: BestKnown["plan"];
  readonly value: number;
  /** A bound that its method proved, with its argument. */
  readonly bound?: { readonly value: number; readonly argument: string } | null;
  readonly method: string;
  readonly date: string;
}

/** What the file becomes: null where it stays, because the plan is no better and proves no more. */
export function improved(
  old: BestKnown | null,
  found: NewBest,
  track: Track,
  judged: Judged,
): BestKnown | null {
  const isBetter = old === null || found.value < old.value;
  const kept = isBetter ? found : old;
  const bounds: { readonly value: number; readonly argument: string }[] = [judged.bound];
  if (found.bound) bounds.push(found.bound);
  if (old !== null) bounds.unshift({ value: old.bound, argument: old.boundArgument });
  const bound = bounds
    .filter(({ value }) => value <= kept.value)
    .reduce((best, own) => (own.value > best.value ? own : best));
  if (!isBetter && bound.value === old.bound) return null;
  return {
    scenario: judged.uri,
    scenarioHash: judged.hash,
    objective: track.objective,
    rule: track.rule,
    value: kept.value,
    bound: bound.value,
    boundArgument: bound.argument,
    method: kept.method,
    date: kept.date,
    plan: kept.plan,
  };
}
