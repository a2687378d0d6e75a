/**
 * Turns a partitioner into a planner's run: every partition that is better than all before is
 * simulated. Ends with one sentence on cut and balance, or on why no plan fits.
 */
import { z } from "zod";
import type { Placement } from "../../../env/model/plan/placement.ts";
import type { Rng } from "../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { Fact, PlannerReport } from "../../contract.ts";
import { yieldEvery } from "../../event-loop.ts";
import { planOf } from "../../problems/choices.ts";
import { imbalanceOf, weightLimits } from "./balance.ts";
import { type Effort, multilevelPartition, type Partition } from "./multilevel.ts";
import { devicesOf, devicesWithinMemory } from "./partition-devices.ts";
import type { PartitionProblem } from "./partition-problem.ts";

export const partitionOptions = z.strictObject({
  imbalance: z
    .number()
    .min(0)
    .max(100)
    .default(0.05)
    .describe("What a part may weigh above its share, as a share of that."),
  effort: z
    .int()
    .min(1)
    .default(300_000)
    .describe("Vertices to partition in all tries together: 2 to 32 tries and twice as many cycles."),
  memory: z
    .enum(["repair", "ignore"])
    .default("repair")
    .describe("Whether ops leave devices over their memory, those first that add least to the cut."),
});
export type PartitionOptions = z.infer<typeof partitionOptions>;

/** Shares of all outputs to count as held in memory, tried in this order until a plan fits. */
const OUTPUT_SHARES: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

export async function* planByPartition(
  problem: PartitionProblem,
  evaluator: MeteredEvaluator,
  rng: Rng,
  options: PartitionOptions,
): AsyncGenerator<Placement, PlannerReport | undefined> {
  const { graph, share, choices } = problem;
  if (choices.legal.some((devices) => devices.length === 0))
    return { failure: "Ops that must be kept together have no device that runs them all." };
  const limit = weightLimits(graph, share, options.imbalance);
  const search = multilevelPartition(problem, limit, effortOf(graph.vertexCount, options), rng);
  const yieldNow = yieldEvery(1);
  let best: Partition | null = null;
  let waiting: Partition | null = null;
  for (const partition of search) {
    if (best === null || isBetter(partition, best)) best = waiting = partition;
    // The last evaluation is kept for the final partition.
    if (waiting !== null && evaluator.remaining > 1) {
      yield* scored(problem, waiting, evaluator, rng, options);
      waiting = null;
    }
    await yieldNow();
    if (evaluator.exhausted) break;
  }
  if (waiting !== null) yield* scored(problem, waiting, evaluator, rng, options);
  if (best === null || evaluator.best === null) return undefined;
  if (!evaluator.best.outcome.feasible)
    return { failure: "Every partition is over a memory limit in the simulator." };
  return { facts: factsOf(problem, best, limit) };
}

const isBetter = (a: Partition, b: Partition): boolean =>
  a.overload < b.overload || (a.overload === b.overload && a.cut < b.cut);

function effortOf(vertexCount: number, { effort }: PartitionOptions): Effort {
  const tries = Math.min(32, Math.max(2, Math.floor(effort / Math.max(1, vertexCount))));
  return { tries, cycles: 2 * tries };
}

/**
 * The plan of one partition. While the simulator finds a device over its memory limit, tries again
 * with more of the outputs counted.
 */
function* scored(
  problem: PartitionProblem,
  { part }: Partition,
  evaluator: MeteredEvaluator,
  rng: Rng,
  { memory }: PartitionOptions,
): Generator<Placement, void> {
  const shares = memory === "ignore" ? [0] : OUTPUT_SHARES;
  for (const share of shares) {
    const groupDevice =
      memory === "ignore" ? devicesOf(problem, part) : devicesWithinMemory(problem, part, share, rng);
    const plan = planOf(problem.choices, groupDevice);
    const outcome = evaluator.evaluate(plan);
    yield plan;
    if (outcome.feasible || evaluator.remaining <= 1) return;
  }
}

function factsOf(
  { graph, share }: PartitionProblem,
  { part, cut, overload }: Partition,
  limit: Float64Array,
): Fact[] {
  const percent = (100 * imbalanceOf(graph, part, share)).toFixed(1);
  const asked = limit.length > 1 && overload > 0 ? ", more than asked: no better balance was found" : "";
  return [
    { name: "transfers cut", value: Number((cut / 1e3).toPrecision(4)), unit: "us" },
    { name: "heaviest part above its share", value: `${percent}%${asked}` },
  ];
}
