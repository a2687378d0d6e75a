/**
 * Multi-head attention (Vaswani et al.: "Attention Is All You Need", NeurIPS 2017) on given
 * queries, keys and values. Steps: split into heads, scores, mask, softmax, context, join of the
 * heads. Transposes between the layouts of heads and tokens are ops, since they move data.
 */
import { batchMatMul, dropout, scaleAndShift, scaleMask } from "../layers/dense-layers.ts";
import { softmax, transpose } from "../layers/pointwise.ts";
import type { Tape, Tensor } from "../tape/tape.ts";

/** Prepares the scores of attention for the softmax. */
export type Mask = (tape: Tape, scores: Tensor, name: string) => Tensor;

/** Hides the tokens that a tensor says are padding. */
export const paddingMask =
  (mask: Tensor): Mask =>
  (tape, scores, name) =>
    scaleMask(tape, scores, mask, name);

/** Hides later tokens; all scores are still computed. */
export const causalMask: Mask = scaleAndShift;

/** From [batch, tokens, width] to [batch, heads, tokens, width / heads]. */
export function apart(tape: Tape, x: Tensor, name: string, heads: number): Tensor {
  const [batch, tokens, width] = x.shape;
  return transpose(tape, x, name, [batch, heads, tokens, width / heads], "bt(hd)->bhtd");
}

/**
 * Pre: query, key and value are split into heads. Post: heads are joined, [batch, tokens, width].
 */
export function attend(
  tape: Tape,
  { query, key, value }: { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor },
  name: string,
  mask: Mask,
): Tensor {
  const [batch, heads, tokens, headWidth] = query.shape;
  const keys = key.shape[2];
  const scores = batchMatMul(tape, query, key, `${name}/scores`, {
    shape: [batch, heads, tokens, keys],
    inner: headWidth,
    axes: "bhtd,bhsd->bhts",
  });
  const shares = softmax(tape, mask(tape, scores, `${name}/mask`), `${name}/softmax`);
  const context = batchMatMul(tape, dropout(tape, shares, `${name}/weights`), value, `${name}/context`, {
    shape: [batch, heads, tokens, headWidth],
    inner: keys,
    axes: "bhts,bhsd->bhtd",
  });
  return transpose(tape, context, `${name}/transpose`, [batch, tokens, heads * headWidth], "bhtd->bt(hd)");
}
