/**
 * Rounds of message passing whose layers are all 16 wide, as narrow policies have them. The kernel
 * takes strips of a few rows through all layers of a round within one call, so that they stay in
 * the first-level cache. All sums have the order of rounds.ts, hence its bits.
 */
import type { BackRound, Layer, LayerGradient, Round, Rounds, RoundsBack } from "./rounds.ts";
import type { Workspace } from "./workspace.ts";

const WIDTH = 16;
/** Rows of the kernel's strips; at least a unit of the graph. */
const STRIP = 64;

export const areSquare = ({ states, message, update }: Rounds): boolean =>
  states % 2 === 0 &&
  [...message, ...update].every(({ inputs, outputs }) => inputs === WIDTH && outputs === WIDTH);

export function squareRound(workspace: Workspace, rounds: Rounds, before: Round, round: Round): void {
  const { kernel } = workspace;
  const { states, message, update, sent, start, recorded } = rounds;
  const { level, incoming } = round;
  const rows = before.level.units.length * states;
  const messages = forwardLayers(workspace, message, [...round.messages, sent]);
  kernel.squareForward(before.x, messages, message.length, rows, recorded ? round.messageMask : 0);
  kernel.squareUpdates(
    sent,
    incoming.start,
    incoming.from,
    incoming.weight,
    round.sums,
    states,
    forwardLayers(workspace, update, [...round.updates, round.x]),
    update.length,
    recorded ? round.updateMask : 0,
    start,
    round.units,
    level.updated,
  );
}

const forwardLayers = (workspace: Workspace, layers: readonly Layer[], outputs: readonly number[]): number =>
  workspace.copy(
    Int32Array.from(layers.flatMap(({ forward, bias }, i) => [forward.address, bias, outputs[i]])),
  );

/** The gradient of the sums takes the place of the gradient after the round. */
export function squareRoundBack(workspace: Workspace, rounds: RoundsBack): BackRound {
  const { kernel } = workspace;
  const { states, messageBack, updateBack } = rounds;
  const strips = workspace.scratch(2 * WIDTH * Math.max(STRIP, states));
  return (before, round, d, dBefore, dStart) => {
    const { level, outgoing } = round;
    const updates = backwardLayers(workspace, updateBack, round.updates);
    const rows = level.updated * states;
    kernel.squareBack(d, round.updateMask, round.sums, updates, updateBack.length, rows, d, strips);
    kernel.squareSendersBack(
      d,
      outgoing.start,
      outgoing.from,
      outgoing.weight,
      states,
      round.messageMask,
      before.x,
      backwardLayers(workspace, messageBack, round.messages),
      messageBack.length,
      dBefore,
      strips,
      before.units,
      before.level.units.length,
      dStart,
    );
  };
}

/** The outputs of the last layer are not kept. */
const backwardLayers = (
  workspace: Workspace,
  layers: readonly LayerGradient[],
  outputs: readonly number[],
): number =>
  workspace.copy(
    Int32Array.from(
      layers.flatMap(({ through, dWeights, dBias }, i) => [
        through.address,
        dWeights,
        dBias,
        outputs[i] ?? 0,
      ]),
    ),
  );
