/**
 * Spaces of normalisations. What the statistics go over is whole, except under batch normalisation,
 * whose statistics parts exchange as partial sums of output 1.
 */

import type { View } from "../../../../env/model/layout/space.ts";
import { capital, type SpaceRule, spaceOf, view } from "./rules.ts";

/** Statistics of each row, in output 1, and `weights` numbers for each column. */
export const rowNorm =
  (statistics: number, weights: number): SpaceRule =>
  (op, lettering) => {
    const [x] = op.inputs;
    const letters = lettering(x);
    const rows = letters.slice(0, -1);
    const axes = rows + capital(letters.slice(-1));
    const columns = x.shape[x.shape.length - 1];
    return spaceOf({
      inputs: [view(x, axes)],
      parameters: [view({ shape: [weights, columns] }, "..")],
      outputs: [
        view(op.outputs[0], axes),
        view({ shape: [...x.shape.slice(0, -1), statistics] }, `${rows}.`),
      ],
    });
  };

export const batchNorm: SpaceRule = (op) => {
  const [x] = op.inputs;
  const pair: View = { shape: [2, x.shape[1]], axes: ".c" };
  return spaceOf({
    inputs: [view(x, "bcyx")],
    parameters: [pair],
    outputs: [view(op.outputs[0], "bcyx"), pair],
    sums: "byx",
  });
};

/** Statistics over groups of channels of each image. */
export const groupNorm: SpaceRule = (op) => {
  const [x, statistics] = [op.inputs[0], op.outputs[1]];
  const [batch, channels] = x.shape;
  const groups = statistics.shape[1] / 2;
  return spaceOf({
    inputs: [view(x, "bgYX")],
    parameters: [{ shape: [2, channels], axes: ".g" }],
    outputs: [view(op.outputs[0], "bgYX"), { shape: [batch, groups, 2], axes: "bg." }],
  });
};

export const instanceNorm: SpaceRule = (op) => {
  const [x] = op.inputs;
  const [batch, channels] = x.shape;
  const outputs = [view(op.outputs[0], "bcYX"), { shape: [batch, channels, 2], axes: "bc." }];
  return spaceOf({ inputs: [view(x, "bcYX")], outputs });
};

export const responseNorm: SpaceRule = (op) =>
  spaceOf({ inputs: [view(op.inputs[0], "bCyx")], outputs: [view(op.outputs[0], "bCyx")] });
