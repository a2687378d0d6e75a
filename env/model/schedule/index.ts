/**
 * The table of pipeline schedules. One file makes each; a new schedule is one file and one line.
 */
import type { Cluster } from "../cluster/cluster.ts";
import { InputError } from "../errors.ts";
import type { PipelinePlan, ScheduleChoice } from "../plan/pipeline.ts";
import { notKnown } from "../suggest.ts";
import { chimera } from "./chimera/chimera.ts";
import type { PipelineSchedule, PipelineShape, ScheduleMaker } from "./contract.ts";
import { dapplePolicyA, dapplePolicyB } from "./dapple.ts";
import { explicit } from "./explicit.ts";
import { fillDrain } from "./fill-drain.ts";
import { interleaved } from "./interleaved.ts";
import { oneForwardOneBackwardFlush } from "./one-forward-one-backward.ts";
import { pipedream } from "./pipedream.ts";
import { twoBufferedWeights } from "./two-buffered-weights.ts";
import { zeroBubble } from "./zero-bubble.ts";

/** A maker whose options nobody outside knows; they come from its own `options`. */
const entry = <Options>(maker: ScheduleMaker<Options>): ScheduleMaker => ({
  name: maker.name,
  summary: maker.summary,
  ...(maker.paper !== undefined && { paper: maker.paper }),
  asynchronous: maker.asynchronous,
  options: (given) => maker.options(given),
  refuses: (shape, options) => maker.refuses?.(shape, options as Options) ?? null,
  make: (shape, options) => maker.make(shape, options as Options),
});

export const scheduleMakers: readonly ScheduleMaker[] = [
  entry(fillDrain),
  entry(oneForwardOneBackwardFlush),
  entry(pipedream),
  entry(twoBufferedWeights),
  entry(dapplePolicyA),
  entry(dapplePolicyB),
  entry(interleaved),
  entry(chimera),
  entry(zeroBubble),
  entry(explicit),
];

/** Throws one sentence where the name is not known. */
export function scheduleOf(name: string): ScheduleMaker {
  const maker = scheduleMakers.find((known) => known.name === name);
  if (maker !== undefined) return maker;
  throw new InputError(
    notKnown(
      "Schedule",
      name,
      scheduleMakers.map((known) => known.name),
    ),
  );
}

/** The shape of a plan on a cluster; by default for one iteration. */
export const shapeOf = (
  { devices }: Cluster,
  { stages, microBatches }: Pick<PipelinePlan, "stages" | "microBatches">,
  iterations = 1,
): PipelineShape => ({ deviceCount: devices.length, stages, microBatches, iterations });

/** Why a schedule does not suit a shape, one sentence, or null where it does. */
export function refusalOfSchedule(choice: ScheduleChoice, shape: PipelineShape): string | null {
  return chosen(choice, shape).refusal;
}

/** Throws one sentence where a schedule, or its options, do not suit the shape. */
export function checkScheduleChoice(choice: ScheduleChoice, shape: PipelineShape): void {
  suitable(choice, shape);
}

/** The schedule that a plan chooses; throws one sentence where it does not suit the plan. */
export function makeSchedule(choice: ScheduleChoice, shape: PipelineShape): PipelineSchedule {
  const { maker, options } = suitable(choice, shape);
  return maker.make(shape, options);
}

function suitable(choice: ScheduleChoice, shape: PipelineShape) {
  const { refusal, ...suited } = chosen(choice, shape);
  if (refusal !== null) throw new InputError(refusal);
  return suited;
}

function chosen({ name, ...given }: ScheduleChoice, shape: PipelineShape) {
  const maker = scheduleOf(name);
  const options = maker.options(given);
  return { maker, options, refusal: maker.refuses?.(shape, options) ?? null };
}
