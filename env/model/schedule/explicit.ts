/**
 * `explicit`: an order that the plan itself carries, for one iteration. Each device has a list of
 * [stage, micro-batch, phase], with a span as a fourth entry where it is not 1. Iterations follow
 * each other with a flush. The order is checked before it is used.
 */
import { InputError } from "../errors.ts";
import { checkSchedule } from "./check/schedule-checker.ts";
import {
  Phase,
  type PhaseCode,
  type PipelineSchedule,
  type ScheduleItem,
  type ScheduleMaker,
} from "./contract.ts";
import { checkOptionNames } from "./options.ts";

const NAME = "explicit";

export interface ExplicitOptions {
  /** Items of each device in one iteration. */
  readonly order: readonly (readonly ScheduleItem[])[];
}

export const explicit: ScheduleMaker<ExplicitOptions> = {
  name: NAME,
  summary: "The order that the plan gives: for each device a list of stage, micro-batch and phase.",
  asynchronous: false,
  options(given) {
    checkOptionNames(NAME, given, ["order"]);
    const { order } = given;
    if (!Array.isArray(order) || !order.every(Array.isArray))
      throw new InputError(`Schedule "${NAME}" needs an "order": a list of items for each device.`);
    return {
      order: order.map((items, device) => items.map((each: unknown, i: number) => itemOf(each, device, i))),
    };
  },
  refuses(shape, options) {
    const once = { ...shape, iterations: 1 };
    const [fault] = checkSchedule(once, this.make(once, options), { flush: true, most: 1 });
    return fault === undefined ? null : `Schedule "${NAME}": ${fault}`;
  },
  make({ stages, microBatches, iterations }, { order }): PipelineSchedule {
    const replicas = replicaTable(stages, microBatches, order);
    return {
      order: order.map((items) =>
        Array.from({ length: iterations }, (_, i) =>
          items.map((each) => shifted(each, i * microBatches)),
        ).flat(),
      ),
      replicaOf: (stage, microBatch) => replicas[stage][microBatch % microBatches],
      weightVersions: new Int32Array(stages.length).fill(1),
      update: "iteration",
    };
  },
};

const phases = Object.keys(Phase) as (keyof typeof Phase)[];

function itemOf(given: unknown, device: number, position: number): ScheduleItem {
  const where = `Item ${position} of device ${device} in the order of schedule "${NAME}"`;
  if (!Array.isArray(given) || given.length < 3 || given.length > 4)
    throw new InputError(`${where} is ${JSON.stringify(given)}, expected [stage, micro-batch, phase].`);
  const [stage, microBatch, word, span = 1] = given;
  const phase = phases.includes(word) ? Phase[word as keyof typeof Phase] : word;
  if (![stage, microBatch, phase, span].every(Number.isSafeInteger) || phase < 0 || phase > Phase.weights)
    throw new InputError(
      `${where} is ${JSON.stringify(given)}, expected whole numbers and one of ${phases.join(", ")}.`,
    );
  return { stage, microBatch, phase: phase as PhaseCode, ...(span !== 1 && { span }) };
}

/** The item of a later iteration. */
const shifted = (item: ScheduleItem, by: number): ScheduleItem =>
  by === 0 ? item : { ...item, microBatch: item.microBatch + by };

/** Replica of each micro-batch of each stage, found from the device that runs its forward. */
function replicaTable(
  stages: readonly { readonly devices: readonly number[] }[],
  microBatches: number,
  order: readonly (readonly ScheduleItem[])[],
): readonly Int32Array[] {
  const table = stages.map(() => new Int32Array(microBatches));
  order.forEach((items, device) => {
    for (const { stage, microBatch, phase, span = 1 } of items) {
      const replica = stages[stage]?.devices.indexOf(device) ?? -1;
      if (phase === Phase.forward && replica >= 0) table[stage].fill(replica, microBatch, microBatch + span);
    }
  });
  return table;
}
