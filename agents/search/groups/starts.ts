/**
 * The plans that a search over groups may start from, scored. The pool of devices and the start are
 * options of every such search. What the start costs is charged.
 */
import { z } from "zod";
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { type Choices, planOf, pools } from "../../problems/choices.ts";
import { drawn, inTurn, onOneDevice } from "../../problems/constructions.ts";

const startNames = ["random", "single-device", "round-robin"] as const;
export type StartName = (typeof startNames)[number];

/** The first options of every search over groups. */
export const searchOptions = {
  pool: z.enum(pools).default("all").describe("Devices to move groups to; accelerators leaves out CPUs."),
  start: z
    .enum(startNames)
    .default("single-device")
    .describe("The first plan; single-device tries every device and takes the best."),
};

export interface ScoredStart {
  readonly plan: Placement;
  readonly groupDevice: Int32Array;
  readonly cost: number;
}

/**
 * `single-device` evaluates every device of the pool and takes the best; the others evaluate one
 * plan.
 */
export function startPlan(
  name: StartName,
  choices: Choices,
  evaluator: MeteredEvaluator,
  rng: Rng,
): ScoredStart {
  const candidates = candidateStarts(name, choices, rng);
  let best: ScoredStart | null = null;
  for (const groupDevice of candidates) {
    const plan = planOf(choices, groupDevice);
    const { cost } = evaluator.evaluate(plan);
    if (best === null || cost < best.cost) best = { plan, groupDevice, cost };
  }
  return best!;
}

function candidateStarts(name: StartName, choices: Choices, rng: Rng): Int32Array[] {
  if (name === "random") return [drawn(choices, rng)];
  if (name === "round-robin") return [inTurn(choices)];
  return Array.from(choices.devices, (device) => onOneDevice(choices, device));
}
