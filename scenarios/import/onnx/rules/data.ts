/**
 * Ops whose result is as large as data makes it, and ops on texts. A size that depends on data
 * counts as the largest possible. Semantics: onnx/docs/Operators.md.
 */
import { axisOf, broadcast } from "../../tensors/shapes.ts";
import { type ElementType, elements, type Tensor, UnknownTensor } from "../../tensors/tensor.ts";
import type { Rule } from "../onnx-op.ts";

/** A text counts as a reference, so a comparison or a copy looks at as many bytes. */
const TEXT_FLOPS = 16;

const nonZero: Rule = (op) => {
  const shape = op.shape(0);
  const outputs: Tensor[] = [
    { element: "int64", shape: [Math.max(1, shape.length), elements(shape)], isLargest: true },
  ];
  return { outputs, flops: elements(shape) };
};

/** The elements, or slices along an axis, for which the condition holds. */
const compress: Rule = (op) => {
  const shape = op.shape(0);
  const { element } = op.input(0);
  const axis = op.hasAttribute("axis") ? axisOf(op.int("axis", 0), shape.length) : null;
  const all = axis === null ? elements(shape) : shape[axis];
  const told = op.input(1).value?.slice(0, all);
  const kept = told?.filter((flag) => flag !== 0).length ?? Math.min(all, op.elements(1));
  const sizes = axis === null ? [kept] : shape.map((size, i) => (i === axis ? kept : size));
  return { outputs: [{ element, shape: sizes, ...(told === undefined && { isLargest: true }) }], flops: 0 };
};

/** Found by sorting. */
const unique: Rule = (op) => {
  const shape = op.shape(0);
  const axis = op.hasAttribute("axis") ? axisOf(op.int("axis", 0), shape.length) : null;
  const count = axis === null ? elements(shape) : shape[axis];
  const isLargest = true as const;
  const index: Tensor = { element: "int64", shape: [count], isLargest };
  const outputs: Tensor[] = [
    { element: op.input(0).element, shape: axis === null ? [count] : shape, isLargest },
    index,
    { element: "int64", shape: [count] },
    index,
  ];
  const comparisons = Math.ceil(Math.log2(Math.max(2, count)));
  return { outputs: outputs.slice(0, op.outputCount), flops: elements(shape) * comparisons };
};

const text =
  (element: ElementType): Rule =>
  (op) => {
    const shape = broadcast(op.inputs.map((_, i) => op.shape(i)));
    return { outputs: [{ element, shape }], flops: TEXT_FLOPS * elements(shape) };
  };

/** Stop words leave the list. */
const normalizer: Rule = (op) => {
  const shape = op.shape(0);
  const isLargest = op.texts("stopwords").length > 0;
  return {
    outputs: [{ element: "string", shape, ...(isLargest && { isLargest }) }],
    flops: TEXT_FLOPS * elements(shape),
  };
};

/** With as many parts as the longest text has; the attribute may limit them. */
const splitText: Rule = (op) => {
  const shape = op.shape(0);
  const most = op.int("maxsplit", 0);
  const [declared] = op.declared;
  if (!(most > 0) && elements(shape) > 0 && declared?.shape == null)
    throw new UnknownTensor("how many parts texts have");
  const parts: Tensor =
    most > 0
      ? { element: "string", shape: [...shape, most + 1], isLargest: true }
      : { element: "string", shape: declared?.shape ?? [...shape, 0] };
  const outputs: Tensor[] = [parts, { element: "int64", shape }];
  return { outputs: outputs.slice(0, op.outputCount), flops: TEXT_FLOPS * elements(shape) };
};

/** A column for each n-gram of the vocabulary; every window of every length is looked up. */
const ngrams: Rule = (op) => {
  const shape = op.rankedShape(0, 1);
  const columns = Math.max(-1, ...(op.ints("ngram_indexes") ?? [])) + 1;
  const lengths = op.int("max_gram_length", 1) - op.int("min_gram_length", 1) + 1;
  const skips = op.int("max_skip_count", 0) + 1;
  return {
    outputs: [{ element: "float32", shape: [...shape.slice(0, -1), columns] }],
    flops: elements(shape) * Math.max(1, lengths) * skips,
  };
};

/** Ops that find their result among data. */
export const dataRules: Readonly<Record<string, Rule>> = {
  NonZero: nonZero,
  Compress: compress,
  Unique: unique,
  StringConcat: text("string"),
  RegexFullMatch: text("bool"),
  StringNormalizer: normalizer,
  StringSplit: splitText,
  TfIdfVectorizer: ngrams,
};
