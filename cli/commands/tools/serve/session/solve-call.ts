/**
 * The call solve: one method of the registry on one scenario under a budget, as a cell of a
 * comparison. Methods in files and policies of runs are refused: a server opens neither.
 */
import { type ResolvedMethod, resolveMethod } from "../../../../../agents/registry/registry.ts";
import { parseSpec } from "../../../../../agents/registry/spec.ts";
import { runMethod } from "../../../../../agents/run/run.ts";
import { InputError } from "../../../../../env/model/errors.ts";
import { metered } from "../../../../../env/sim/evaluator/meter.ts";
import { evaluator } from "../../../../../env/sim/objectives/evaluator.ts";
import { cellResult } from "../../../../../results/cells/cell.ts";
import { cellRng } from "../../../../../results/cells/random-stream.ts";
import type { Message } from "../frames/frame.ts";
import type { Answer } from "./env-calls.ts";
import { integerIn, optionalIntegerIn, textIn } from "./fields.ts";
import type { GivenScenario } from "./given-scenario.ts";
import type { SessionLimits } from "./limits.ts";

export interface SolveHooks {
  /** User and system seconds of this process. */
  readonly cpuSeconds: () => number;
  /** Aborted where the client is gone. */
  readonly signal?: AbortSignal;
}

export async function solved(
  { fields }: Message,
  { scenario, hash }: GivenScenario,
  limits: SessionLimits,
  { cpuSeconds, signal }: SolveHooks,
): Promise<Answer> {
  const { spec, module, options } = await registeredMethod(textIn(fields, "method"));
  const budget = { simulations: integerIn(fields, "simulations", 1, limits.simulations) };
  const stream = {
    rootSeed: optionalIntegerIn(fields, "seed", 0, Number.MAX_SAFE_INTEGER) ?? 0,
    seedIndex: 0,
  };
  const meter = metered(evaluator(scenario), budget, { cpuClock: cpuSeconds, signal });
  const { report, backend, last } = await runMethod({
    module,
    options,
    scenario,
    meter,
    rng: cellRng(stream, hash, module.card),
  });
  const cell = cellResult({
    spec: { ...stream, scenario: scenario.name, method: spec, budget },
    hash,
    module,
    meter,
    report: { ...report, ended: report.ended ?? "done" },
    backend,
    trained: null,
    ownPlan: module.kind === "agent" ? last : null,
  });
  return { fields: { cell } };
}

async function registeredMethod(spec: string): Promise<ResolvedMethod> {
  const { isPath, policy } = parseSpec(spec);
  if (isPath || policy !== null)
    throw new InputError(
      `The method "${spec.slice(0, 100)}" names a file, and a server opens none; expected a method of the registry.`,
    );
  return resolveMethod(spec);
}
