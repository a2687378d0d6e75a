/** The request of a training run, as `run.json` keeps it. */
import { z } from "zod";
import { InputError } from "../../env/model/errors.ts";
import { objectives } from "../../env/model/scenario.ts";
import { MOST_NOISE } from "../../env/sim/evaluator/noise.ts";
import { shaped } from "../files/sealed.ts";
import type { TrainRequest } from "./request.ts";
import { type RunDescription, runNames } from "./run-description.ts";

const budgetSchema = z.strictObject({
  simulations: z.int().min(1).optional(),
  evaluations: z.int().min(1).optional(),
  cpuSeconds: z.number().positive().optional(),
  seconds: z.number().positive().optional(),
});

/** What a run of either kind is asked alike. */
export const sharedConfig = {
  budget: budgetSchema,
  objective: z.enum(objectives).optional(),
  backend: z.enum(["wasm", "native", "cpu"]).optional(),
};

const config = z.strictObject({
  scenarios: z.array(z.string()).min(1),
  agent: z.string(),
  init: z.string().optional(),
  ...sharedConfig,
  checkpointEvery: z.int().min(1),
  evaluation: z
    .strictObject({
      every: z.int().min(1),
      scenarios: z.array(z.string()).min(1),
      patience: z.int().min(1).optional(),
    })
    .optional(),
  noise: z.number().min(0).max(MOST_NOISE).optional(),
  slowDevices: z.record(z.string(), z.number().positive().max(1)).optional(),
});

/** What the run in `path` was asked. Throws `InputError` where it is no training run. */
export function requestIn(path: string, { kind, config: stored, seed }: RunDescription): TrainRequest {
  if (kind !== "train")
    throw new InputError(`The run in "${path}" is ${runNames[kind]}, not a training run.`);
  const { scenario, ...rest } = stored;
  // Version 0.1.0 trained on one scenario.
  const scenarios = rest.scenarios ?? (scenario === undefined ? undefined : [scenario]);
  return { ...shaped(config, { ...rest, scenarios }, `"${path}/run.json": config`), seed };
}
