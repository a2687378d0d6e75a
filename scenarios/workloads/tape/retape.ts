/**
 * Records a tape again, in another precision or for inference. Descriptions handle neither.
 *
 * In half precision numbers take two bytes; ids, losses and statistics keep four (mixed precision:
 * Micikevicius et al., ICLR 2018). For inference, losses and everything that only losses use are
 * left out. Dropouts are replaced by their input.
 */
import { type GradientRule, gradientRules } from "./gradients.ts";
import { type ForwardOp, type Precision, type Tape, type Tensor, tapeOf } from "./tape.ts";

export function inPrecision(tape: Tape, precision: Precision): Tape {
  return tape.precision === precision ? tape : copy(tape, precision, () => true);
}

/** Post: no op of the result belongs to a loss, and each one feeds a result. */
export function forInference(tape: Tape): Tape {
  const needed = neededToPredict(tape);
  return copy(tape, tape.precision, (op) => needed.has(op));
}

function copy(tape: Tape, precision: Precision, keeps: (op: ForwardOp) => boolean): Tape {
  const result = tapeOf(precision);
  const copyOf = new Map<Tensor, Tensor>();
  for (const op of tape.ops) {
    if (!keeps(op)) {
      if (op.type === "Dropout") copyOf.set(op.outputs[0], copyOf.get(op.inputs[0])!);
      continue;
    }
    const { spec } = op;
    const outputs = result.record({
      ...spec,
      ...(spec.inputs && { inputs: spec.inputs.map((tensor) => copyOf.get(tensor)!) }),
      ...(spec.beside && { beside: copyOf.get(spec.beside)! }),
    });
    for (const [port, tensor] of op.outputs.entries()) copyOf.set(tensor, outputs[port]);
  }
  return result;
}

/**
 * All ancestors of the predictions that losses read, and of ops without readers that are no loss.
 */
function neededToPredict(tape: Tape): ReadonlySet<ForwardOp> {
  const isRead = new Set(tape.ops.flatMap((op) => op.inputs.map((tensor) => tensor.op)));
  const ofLoss = new Set<ForwardOp>();
  const needed = new Set<ForwardOp>();
  for (const op of tape.ops) {
    const rule: GradientRule = gradientRules[op.type];
    if (rule.starts === true) {
      ofLoss.add(op);
      // The first input is the prediction, the others are labels.
      needed.add(op.inputs[0].op);
    } else if (op.inputs.length > 0 && op.inputs.every((tensor) => ofLoss.has(tensor.op))) ofLoss.add(op);
    else if (!isRead.has(op)) needed.add(op);
  }
  for (const op of [...tape.ops].reverse())
    if (needed.has(op)) for (const tensor of op.inputs) needed.add(tensor.op);
  return new Set([...needed].filter(({ type }) => type !== "Dropout"));
}
