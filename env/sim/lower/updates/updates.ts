/**
 * The updates of a lowered pipeline, one for each replica of a stage in each round (rounds.ts).
 *
 * - The first backward task of a replica in a round makes the gradient buffer, which lives until
 *   the update.
 * - After its last one the replica's gradients are summed with those of the other replicas. The
 *   update waits for the sum. A replica that ran nothing in a batch adds nothing, but gets the sum.
 * - With a flush updates come last on their device. Without, the update of a stage with one replica
 *   comes at once. With several it comes before the stage's next backward task of a later round, so
 *   that sums and computing overlap.
 * - `sync: "exposed"`: the sum starts when the device has nothing else to do before the update.
 *   With a flush that is after the last item of the device.
 */
import { Phase, type ScheduleItem } from "../../../model/schedule/contract.ts";
import { unitOf, Work } from "../costs/work.ts";
import { addTask, type Lowering, totalOf } from "../lowering.ts";
import { type Round, sumGradients } from "./gradient-sums.ts";
import { roundCount, roundLength } from "./rounds.ts";

export interface Updates {
  /** Called before and after an item is laid out on its device. */
  before(device: number, replica: number, item: ScheduleItem): void;
  after(device: number, replica: number, item: ScheduleItem, task: number): void;
  /** Called at the end of a device's order; returns the updates that it adds, with their stages. */
  finish(device: number): (readonly [task: number, stage: number])[];
  /** Adds collectives and shared gradients once all devices are laid out. */
  connect(): void;
}

export function createUpdates(lowering: Lowering): Updates {
  const { plan, laid, costs } = lowering;
  const asynchronous = laid.iterations > 1;
  const exposed = plan.sync === "exposed";
  const rounds = roundsOf(lowering);
  const lengths = plan.stages.map((_, stage) => roundLength(lowering, stage));
  /** Stages and replicas of each device. */
  const placesOn = lowering.scenario.cluster.devices.map((): [stage: number, replica: number][] => []);
  plan.stages.forEach(({ devices }, stage) => {
    for (const [replica, device] of devices.entries()) placesOn[device].push([stage, replica]);
  });
  /** Rounds of each device without an update yet, in the order of their last tasks. */
  const waiting = lowering.scenario.cluster.devices.map((): Round[] => []);
  const roundAt = (stage: number, replica: number, microBatch: number): Round =>
    rounds[stage][replica][Math.floor(microBatch / lengths[stage])];

  const update = (round: Round): void => {
    const { stage, replica, device } = round;
    if (costs.updates[stage] === 0) return;
    const name = { work: Work.update, stage, replica, microBatch: round.round * lengths[stage] };
    if (exposed && asynchronous) round.last = lowering.lastOf[device];
    round.update = addTask(lowering, name, device, 1);
    if (isUsed(lowering, stage)) tellPart(lowering, round, lengths[stage]);
  };
  const updateAll = (device: number, which: (round: Round) => boolean) => {
    const due = waiting[device].filter(which);
    if (due.length === 0) return;
    waiting[device] = waiting[device].filter((round) => !which(round));
    due.forEach(update);
  };

  return {
    before(device, replica, item) {
      if (!asynchronous || item.phase === Phase.forward || waiting[device].length === 0) return;
      const { round } = roundAt(item.stage, replica, item.microBatch);
      updateAll(device, (other) => other.stage === item.stage && other.round < round);
    },
    after(device, replica, item, task) {
      if (item.phase === Phase.forward) return;
      const round = roundAt(item.stage, replica, item.microBatch);
      if (round.first === -1) round.first = task;
      if (--round.left > 0) return;
      round.last = task;
      waiting[device].push(round);
      const isAlone = plan.stages[item.stage].devices.length === 1;
      if (asynchronous && isAlone) updateAll(device, (other) => other === round);
    },
    finish(device) {
      const last = lowering.lastOf[device];
      for (const [stage, replica] of asynchronous ? [] : placesOn[device])
        for (const round of rounds[stage][replica]) {
          if (exposed) round.last = last;
          if (round.first === -1) waiting[device].push(round);
        }
      const due = waiting[device];
      updateAll(device, () => true);
      return due.filter((round) => round.update !== -1).map((round) => [round.update, round.stage]);
    },
    connect: () => sumGradients(lowering, rounds),
  };
}

/** Rounds by stage, replica and number, with the backward items that each has. */
function roundsOf(lowering: Lowering): Round[][][] {
  const { plan, laid } = lowering;
  const rounds = plan.stages.map(({ devices }, stage) =>
    devices.map((device, replica) =>
      Array.from({ length: roundCount(lowering, stage) }, (_, round) => ({
        stage,
        replica,
        device,
        round,
        left: 0,
        first: -1,
        last: -1,
        update: -1,
      })),
    ),
  );
  const lengths = plan.stages.map((_, stage) => roundLength(lowering, stage));
  laid.schedule.order.forEach((items, device) => {
    const own = plan.stages.map(({ devices }) => devices.indexOf(device));
    for (const { stage, microBatch, phase } of items)
      if (phase !== Phase.forward) rounds[stage][own[stage]][Math.floor(microBatch / lengths[stage])].left++;
  });
  return rounds;
}

/** Whether updates of a stage use anything but weight gradients. */
const isUsed = ({ costs }: Lowering, stage: number): boolean =>
  costs.parcels.some(({ toStage, uses }) => toStage === stage && (uses & (1 << Work.update)) !== 0);

/** An update uses what its replica has made in the round. */
function tellPart(lowering: Lowering, { stage, replica, round, update }: Round, length: number): void {
  const { plan, laid, costs, parts } = lowering;
  const { devices, share } = plan.stages[stage];
  const own: number[] = [];
  for (let m = round * length; m < Math.min((round + 1) * length, totalOf(lowering)); m++)
    if (share === "split" || laid.schedule.replicaOf(stage, m) === replica) own.push(m);
  const part = share === "split" ? { at: replica, of: devices.length } : { at: 0, of: 1 };
  parts.addRound(unitOf(costs.stageCount, Work.update, stage), update, own, part);
}
