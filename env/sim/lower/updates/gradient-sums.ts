/**
 * Sums of gradients of a lowered pipeline. They have buffers, and a collective for the replicas of
 * a stage in a round. Then some go to other stages.
 */
import { allReduce } from "../collectives/collectives.ts";
import { addFreeTask, type Lowering, SEND, senderOf } from "../lowering.ts";
import { roundLength } from "./rounds.ts";

/** The gradients of one replica of a stage in one round. */
export interface Round {
  readonly stage: number;
  readonly replica: number;
  readonly device: number;
  readonly round: number;
  /** Backward items that are still to come. */
  left: number;
  /** First and last backward task, and the update, -1 where not there. */
  first: number;
  last: number;
  update: number;
}

/** Rounds by stage, replica and number. */
export function sumGradients(lowering: Lowering, rounds: readonly (readonly (readonly Round[])[])[]): void {
  const summed = rounds.map((replicas) =>
    (replicas[0] ?? []).map((_, round) =>
      sum(
        lowering,
        replicas.map((own) => own[round]).filter((own) => own.update !== -1),
      ),
    ),
  );
  for (const own of rounds.flat(2)) if (own.update !== -1) holdGradient(lowering, own);
  shareGradients(lowering, rounds, summed);
}

function holdGradient({ costs, builder, amounts }: Lowering, { stage, first, update: user }: Round): void {
  if (costs.gradientBytes[stage] === 0) return;
  const maker = first === -1 ? user : first;
  const amount = amounts.gradient(stage);
  if (maker === user) {
    builder.buffer(maker, amount, 1, []);
    return;
  }
  const tensor = builder.tensor(maker, amount, 1);
  builder.buffer(maker, amount, 1, [tensor]);
  builder.uses(user, tensor);
}

/** Returns the task of each member after which its sum is known, -1 for at once. */
function sum(lowering: Lowering, members: readonly Round[]): readonly number[] {
  const { costs, builder } = lowering;
  if (members.length === 0) return [];
  const { stage, round } = members[0];
  const ready = members.map(({ last }) => last);
  if (members.length === 1 || costs.gradientBytes[stage] === 0) {
    members.forEach(({ last, update: user }) => {
      if (last !== -1) builder.after(user, last);
    });
    return ready;
  }
  const last = allReduce(lowering, {
    devices: members.map(({ device }) => device),
    amount: lowering.amounts.gradient(stage),
    ready,
    step: (member) => {
      const { device, replica } = members[member];
      const name = { work: SEND, stage, replica, microBatch: round * roundLength(lowering, stage) } as const;
      return addFreeTask(lowering, name, senderOf(lowering, device));
    },
  });
  members.forEach((member, i) => {
    builder.after(member.update, last[i]);
  });
  return last;
}

/** Gradients of weights that another stage holds: summed there, so sent once in a round. */
function shareGradients(
  lowering: Lowering,
  rounds: readonly (readonly (readonly Round[])[])[],
  summed: readonly (readonly (readonly number[])[])[],
): void {
  const { costs, builder } = lowering;
  costs.sharedGradients.forEach(({ fromStage, toStage }, number) => {
    const amount = lowering.amounts.sharedGradient(number);
    for (const to of rounds[toStage].flat()) {
      if (to.update === -1) continue;
      const first = to.round * roundLength(lowering, toStage);
      const senders = summed[fromStage][Math.floor(first / roundLength(lowering, fromStage))];
      if (senders === undefined || senders.length === 0) continue;
      const sender = senders[to.replica % senders.length];
      if (sender === -1) continue;
      // A sender's route to its own device has no link.
      if (builder.deviceOf(sender) % costs.deviceCount === to.device) {
        builder.after(to.update, sender);
        continue;
      }
      const tensor = builder.tensor(sender, amount, 1);
      builder.buffer(sender, amount, 1, [tensor]);
      builder.uses(to.update, tensor);
    }
  });
}
