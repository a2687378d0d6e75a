/**
 * Options with presets: `mode=paper` gives every option that is not given the paper's value,
 * `mode=tuned` ours. So one schema is flags, help and both systems.
 */
import { z } from "zod";

type Fields = Readonly<Record<string, z.ZodType>>;

/** Presets of other modes than `tuned`, whose values are the defaults of the fields. */
export type Presets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * A schema of the fields and `mode`. A preset may name only fields that there are; one of a value
 * that its field refuses fails here, not in a run.
 */
export function withPresets<F extends Fields>(
  fields: F,
  presets: Presets,
): z.ZodType<z.infer<z.ZodObject<F>> & { readonly mode: string }> {
  const modes = ["tuned", ...Object.keys(presets)] as [string, ...string[]];
  const told = modes.slice(1).join(" and ");
  const mode = z
    .enum(modes)
    .default("tuned")
    .describe(`Values of options that are not given: tuned, or those of ${told}.`);
  const schema = z.object({ mode, ...describedWith(fields, presets) });
  for (const [name, preset] of Object.entries(presets)) {
    const unknown = Object.keys(preset).find((key) => fields[key] === undefined);
    if (unknown !== undefined)
      throw new Error(`Preset "${name}" names an option "${unknown}" that is not there.`);
    // A parser of its own code costs a start more than it saves.
    schema.parse({ mode: name, ...preset }, { jitless: true });
  }
  return z.preprocess((given) => {
    const chosen = (given as { readonly mode?: string } | undefined)?.mode ?? "tuned";
    return { ...presets[chosen], ...(given as object) };
  }, schema) as unknown as z.ZodType<z.infer<z.ZodObject<F>> & { readonly mode: string }>;
}

/** The fields, each told its value in the presets that differ from its default. */
function describedWith(fields: Fields, presets: Presets): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const others = Object.entries(presets)
        .filter(([, preset]) => name in preset)
        .map(([mode, preset]) => `${mode}: ${String(preset[name])}`);
      if (others.length === 0) return [name, field];
      return [name, field.describe(`${field.description ?? ""} (${others.join("; ")})`)];
    }),
  );
}
