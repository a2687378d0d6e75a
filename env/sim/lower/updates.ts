/**
 * The updates of a lowered pipeline. The micro-batches between two updates of a stage are a
 * *round*: a batch, or where each micro-batch updates the weights one for each dealt replica.
 *
 * - The first backward task of a replica in a round makes the gradient buffer, which lives until
 *   the update.
 * - After its last one the replica's gradients are summed with those of the other replicas. The
 *   update waits for the sum.
 * - With a flush updates come last on their device. Without, the update of a stage with one replica
 *   comes at once. With several it comes before the next backward task of the stage that is of a
 *   later round, so that the sum and the computing overlap.
 */
import { Phase, type ScheduleItem } from "../../model/schedule/contract.ts";
import { ringAllReduce } from "./collectives.ts";
import { addFreeTask, addTask, type Lowering, unitUs } from "./lowering.ts";
import { Work } from "./stage-costs.ts";

export interface Updates {
  /** Called before and after an item is laid out on its device. */
  before(device: number, item: ScheduleItem): void;
  after(device: number, item: ScheduleItem, task: number): void;
  /** Called at the end of a device's order. */
  finish(device: number): void;
  /** Adds collectives and shared gradients once all devices are laid out. */
  connect(): void;
}

/** The gradients of one replica of a stage in one round. */
interface Round {
  readonly stage: number;
  readonly replica: number;
  readonly device: number;
  readonly round: number;
  firstMicroBatch: number;
  /** First and last backward task, and the update, -1 where not there yet. */
  first: number;
  last: number;
  update: number;
}

export function createUpdates(lowering: Lowering): Updates {
  const { plan, laid, costs, builder } = lowering;
  const { schedule, iterations } = laid;
  const asynchronous = iterations > 1;
  const rounds = new Map<string, Round>();
  /** Rounds of each device without an update yet, in the order of their last tasks. */
  const waiting = lowering.scenario.cluster.devices.map((): Round[] => []);
  const left = countItems(lowering, roundOf);

  function roundOf({ stage, microBatch }: ScheduleItem): number {
    if (schedule.update === "iteration") return Math.floor(microBatch / plan.microBatches);
    const { devices, share } = plan.stages[stage];
    return share === "split" ? microBatch : Math.floor(microBatch / devices.length);
  }

  function roundFor(device: number, item: ScheduleItem): Round {
    const round = roundOf(item);
    const key = keyOf(item.stage, device, round);
    const replica = plan.stages[item.stage].devices.indexOf(device);
    const known = rounds.get(key) ?? {
      stage: item.stage,
      replica,
      device,
      round,
      firstMicroBatch: item.microBatch,
      first: -1,
      last: -1,
      update: -1,
    };
    rounds.set(key, known);
    return known;
  }

  function update(round: Round): void {
    const { stage, replica, device } = round;
    const us = unitUs(costs, [Work.update, stage], device, 1);
    if (us === 0 && costs.gradientBytes[stage] === 0) return;
    const task = { work: Work.update, stage, replica, microBatch: round.firstMicroBatch };
    round.update = addTask(lowering, task, { device, us });
  }

  const updateAll = (device: number, which: (round: Round) => boolean) => {
    for (const round of waiting[device].filter(which)) update(round);
    waiting[device] = waiting[device].filter((round) => !which(round));
  };

  return {
    before(device, item) {
      if (!asynchronous || item.phase === Phase.forward) return;
      updateAll(device, ({ stage, round }) => stage === item.stage && round < roundOf(item));
    },
    after(device, item, task) {
      if (item.phase === Phase.forward) return;
      const round = roundFor(device, item);
      if (round.first === -1) round.first = task;
      const key = keyOf(item.stage, device, round.round);
      left.set(key, left.get(key)! - 1);
      if (left.get(key) !== 0) return;
      round.last = task;
      waiting[device].push(round);
      if (asynchronous && plan.stages[item.stage].devices.length === 1)
        updateAll(device, (ended) => ended === round);
    },
    finish: (device) => updateAll(device, () => true),
    connect() {
      const all = [...rounds.values()];
      for (const round of all) if (round.update !== -1) holdGradient(round);
      const summed = new Map<string, readonly number[]>();
      for (const [key, members] of groupsOf(all)) summed.set(key, sum(members));
      shareGradients(summed);
    },
  };

  function holdGradient({ stage, first, update }: Round): void {
    builder.uses(update, builder.tensor(first, costs.gradientBytes[stage]));
  }

  /** Returns the task of each member after which its sum is known. */
  function sum(members: readonly Round[]): readonly number[] {
    const { stage, firstMicroBatch } = members[0];
    const last = ringAllReduce(builder, {
      devices: members.map(({ device }) => device),
      bytes: costs.gradientBytes[stage],
      ready: members.map((member) => member.last),
      step: (device) =>
        addFreeTask(
          lowering,
          {
            work: "send",
            stage,
            replica: plan.stages[stage].devices.indexOf(device),
            microBatch: firstMicroBatch,
          },
          device + costs.deviceCount,
        ),
    });
    members.forEach((member, i) => {
      if (member.update !== -1 && last[i] !== member.update) builder.after(member.update, last[i]);
    });
    return last;
  }

  /** Gradients of weights that another stage holds: summed there, so sent once in a round. */
  function shareGradients(summed: ReadonlyMap<string, readonly number[]>): void {
    for (const { fromStage, toStage, bytes } of costs.sharedGradients)
      for (const to of rounds.values()) {
        if (to.stage !== toStage || to.update === -1) continue;
        const senders = summed.get(`${fromStage}:${roundAt(fromStage, to.firstMicroBatch)}`);
        if (senders === undefined) continue;
        builder.uses(to.update, builder.tensor(senders[to.replica % senders.length], bytes));
      }
  }

  function roundAt(stage: number, microBatch: number): number {
    return roundOf({ stage, microBatch, phase: Phase.backward });
  }
}

const keyOf = (stage: number, device: number, round: number): string => `${stage}:${device}:${round}`;

/** Backward items of each stage, device and round. */
function countItems({ laid }: Lowering, roundOf: (item: ScheduleItem) => number): Map<string, number> {
  const counts = new Map<string, number>();
  laid.schedule.order.forEach((items, device) => {
    for (const item of items) {
      if (item.phase === Phase.forward) continue;
      const key = keyOf(item.stage, device, roundOf(item));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  });
  return counts;
}

/** Replicas of one stage in one round, in their order; rounds that ended alone. */
function groupsOf(rounds: readonly Round[]): Map<string, Round[]> {
  const groups = new Map<string, Round[]>();
  for (const round of rounds) {
    if (round.last === -1) continue;
    const key = `${round.stage}:${round.round}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [round]);
    else group.push(round);
  }
  for (const group of groups.values()) group.sort((a, b) => a.replica - b.replica);
  return groups;
}
