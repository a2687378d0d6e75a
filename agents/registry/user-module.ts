/**
 * A planner or agent from a user's file: its export `method`, else its default export, checked
 * against the contract. What is wrong with the file is one sentence that names it. TypeScript files
 * need a loader in the process, which the command line installs.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { importUserModule } from "../../env/model/user/modules.ts";
import type { Method } from "../contract.ts";

/** Loads the module at `path`, relative to the working directory. */
export async function loadMethod(path: string): Promise<Method> {
  const file = resolve(path);
  if (!existsSync(file)) throw new InputError(`Method file "${path}" does not exist.`);
  const loaded = await importFile(path, file);
  const found = loaded.method ?? loaded.default;
  if (found === undefined)
    throw new InputError(`Method file "${path}" exports neither "method" nor a default.`);
  return checkedMethod(path, found);
}

async function importFile(path: string, file: string): Promise<Record<string, unknown>> {
  try {
    return await importUserModule(pathToFileURL(file).href);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0].replace(/\.$/, "") : String(error);
    throw new InputError(`Method file "${path}" could not be loaded: ${reason}.`);
  }
}

const isFunction = z.custom<unknown>((value) => typeof value === "function", "expected a function");
const isSchema = z.custom<unknown>(
  (value) => value instanceof Object && "_zod" in value && "safeParse" in value,
  "expected a zod 4 schema, such as z.object({})",
);
const card = z.looseObject({
  id: z.string().min(1),
  name: z.string().min(1),
  summary: z.string().min(1),
  searchSpace: z.string().min(1),
});
const shape = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("planner"), card, options: isSchema, create: isFunction }),
  z.looseObject({
    kind: z.literal("agent"),
    card,
    options: isSchema,
    create: isFunction,
    actEvaluations: isFunction,
  }),
]);

function checkedMethod(path: string, value: unknown): Method {
  const checked = shape.safeParse(value);
  if (checked.success) return value as Method;
  const issue = checked.error.issues[0];
  const field = issue.path.length === 0 ? "its method" : `"${issue.path.join(".")}"`;
  throw new InputError(`Method file "${path}": ${field} is wrong: ${issue.message.replace(/\.$/, "")}.`);
}
