/**
 * An LSTM decoder with additive attention (Bahdanau, Cho, Bengio, ICLR 2015) over a whole sequence
 * as one operation with its own gradient, on the tensor kernel. What a step attends to is an input
 * of the next one, so its steps cannot be taken apart into larger products:
 *
 *   gates   = projected[t] + context x contextWeights + state x recurrent
 *   state   = LSTM(gates)
 *   weights = softmax over g of sum over a of v[a] x tanh((state x query)[a] + keys[g, a])
 *   context = sum over g of weights[g] x memory[g]
 *
 * Memory and keys are [1 x groups x ..] where the batch shares them, [batch x groups x ..] where
 * each row has its own. The context before the first step is zero.
 *
 * Output [steps x batch x (2H + M)]: state, cell and context after every step.
 */
import { type DecoderInputs, decodeBack, decodeForward } from "../kernel/decoder.ts";
import { compute } from "../kernel/workspace.ts";
import type { Tensor, Tensor3D, Tf } from "../types.ts";

export type { DecoderInputs } from "../kernel/decoder.ts";

const order = [
  "projected",
  "contextWeights",
  "recurrent",
  "query",
  "v",
  "memory",
  "keys",
  "firstState",
  "firstCell",
] as const satisfies readonly (keyof DecoderInputs)[];

export function attentionDecoder(tf: Tf, inputs: DecoderInputs): Tensor3D {
  const operation = tf.customGrad((...list) => {
    const save = list.pop() as unknown as (tensors: Tensor[]) => void;
    const given = named(list as Tensor[]);
    const [value, gates, queries, attended] = compute(tf, (workspace) => decodeForward(workspace, given));
    save([...(list as Tensor[]), value, gates, queries, attended]);
    return {
      value,
      gradFunc: (upstream: Tensor, saved: Tensor[]) => {
        const [output, ...kept] = saved.slice(order.length);
        const record = { output, gates: kept[0], queries: kept[1], attended: kept[2] };
        return compute(tf, (workspace) => decodeBack(workspace, named(saved), record, upstream));
      },
    };
  });
  return operation(...order.map((name) => inputs[name])) as Tensor3D;
}

const named = (list: readonly Tensor[]): DecoderInputs =>
  Object.fromEntries(order.map((name, i) => [name, list[i]])) as unknown as DecoderInputs;
