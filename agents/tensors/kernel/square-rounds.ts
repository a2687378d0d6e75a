/**
 * Rounds of message passing whose layers are all 16 wide, as narrow policies have them. One call of
 * the kernel is a round: strips of a few rows go through its layers, and stay in the cache. All
 * sums have the order of rounds.ts, hence its bits.
 */
import type { BackRound, Layer, LayerGradient, Round, Rounds, RoundsBack } from "./rounds.ts";
import type { Workspace } from "./workspace.ts";

const WIDTH = 16;
/** Rows of the kernel's strips; at least a unit of the graph. */
const STRIP = 32;

export const areSquare = ({ states, message, update }: Rounds): boolean =>
  states % 2 === 0 &&
  [...message, ...update].every(({ inputs, outputs }) => inputs === WIDTH && outputs === WIDTH);

/** The record has the order of `Forward` in assembly/square-rounds.ts. */
export function squareRound(workspace: Workspace, rounds: Rounds, before: Round, round: Round): void {
  const { states, message, update, sent, start, recorded } = rounds;
  const { incoming } = round;
  const record = [
    states,
    before.level.units.length,
    before.x,
    message.length,
    recorded ? round.messageMask : 0,
    sent,
    round.level.updated,
    incoming.start,
    incoming.from,
    incoming.weight,
    round.sums,
    update.length,
    recorded ? round.updateMask : 0,
    start,
    round.units,
  ];
  const addLayer = ({ forward, bias }: Layer, output: number) => record.push(forward.address, bias, output);
  message.forEach((layer, i) => {
    addLayer(layer, round.messages[i] ?? sent);
  });
  update.forEach((layer, i) => {
    addLayer(layer, round.updates[i] ?? round.x);
  });
  workspace.kernel.squareRound(workspace.copy(Int32Array.from(record)));
}

/** The record has the order of `Back` in assembly/square-rounds.ts. */
export function squareRoundBack(workspace: Workspace, rounds: RoundsBack): BackRound {
  const { states, messageBack, updateBack } = rounds;
  const scratch = workspace.scratch(2 * WIDTH * Math.max(STRIP, states));
  return (before, round, { d, dSums, dBefore, dStart }) => {
    const { outgoing } = round;
    const record = [
      states,
      round.level.updated,
      d,
      round.updateMask,
      round.sums,
      updateBack.length,
      dSums,
      before.level.units.length,
      outgoing.start,
      outgoing.from,
      outgoing.weight,
      round.messageMask,
      before.x,
      messageBack.length,
      dBefore,
      before.units,
      dStart,
      scratch,
    ];
    // The outputs of last layers are not kept.
    const addLayer = ({ through, dWeights, dBias }: LayerGradient, output = 0) =>
      record.push(through.address, dWeights, dBias, output);
    updateBack.forEach((layer, i) => {
      addLayer(layer, round.updates[i]);
    });
    messageBack.forEach((layer, i) => {
      addLayer(layer, round.messages[i]);
    });
    workspace.kernel.squareRoundBack(workspace.copy(Int32Array.from(record)));
  };
}
