/**
 * Classic models: linear, support vectors, trees, and the encoders before them. Their weights are
 * attributes. A map is a table of its values. Semantics: onnx/docs/Operators-ml.md.
 */
import { type ElementType, elements, type Shape, type Tensor, UnknownTensor } from "../../tensors/tensor.ts";
import type { OnnxOp, Rule } from "../onnx-op.ts";

const countOf = (op: OnnxOp, ...names: readonly string[]): number =>
  Math.max(0, ...names.map((name) => lengthOf(op, name)));

const lengthOf = (op: OnnxOp, name: string): number =>
  op.ints(name)?.length ?? op.floats(name)?.length ?? op.texts(name).length;

const labelType = (op: OnnxOp, name: string): ElementType => (op.texts(name).length > 0 ? "string" : "int64");

/** Rows and columns of the first input; a vector is one row. */
function table(op: OnnxOp): readonly [rows: number, columns: number] {
  const shape = op.rankedShape(0, 1);
  return shape.length === 1 ? [1, shape[0]] : [elements(shape.slice(0, -1)), shape[shape.length - 1]];
}

const pointwise =
  (flops: number): Rule =>
  (op) => ({ outputs: [{ element: "float32", shape: op.shape(0) }], flops: flops * op.elements(0) });

const single = (element: ElementType, shape: Shape, flops: number) => ({
  outputs: [{ element, shape }],
  flops,
});

const labelEncoder: Rule = (op) => {
  const kept = op.tensor("values_tensor");
  const element =
    kept?.element ??
    (["strings", "int64s", "floats"] as const)
      .filter((kind) => lengthOf(op, `values_${kind}`) > 0)
      .map((kind) => ({ strings: "string", int64s: "int64", floats: "float32" })[kind] as ElementType)[0] ??
    "string";
  return single(element, op.shape(0), op.elements(0));
};

/** The class of each row and its scores; two classes may share one line of coefficients. */
const linearClassifier: Rule = (op) => {
  const [rows, columns] = table(op);
  const lines = Math.max(1, Math.floor(countOf(op, "coefficients") / Math.max(1, columns)));
  const classes = Math.max(lines, countOf(op, "classlabels_strings", "classlabels_ints"));
  return classified(op, rows, classes, "classlabels_strings", 2 * rows * columns * lines + rows * classes);
};

function classified(op: OnnxOp, rows: number, classes: number, labels: string, flops: number) {
  const outputs: Tensor[] = [
    { element: labelType(op, labels), shape: [rows] },
    { element: "float32", shape: [rows, classes] },
  ];
  return { outputs: outputs.slice(0, op.outputCount), flops };
}

const linearRegressor: Rule = (op) => {
  const [rows, columns] = table(op);
  const targets = op.int("targets", 1);
  return single("float32", [rows, targets], 2 * rows * columns * targets);
};

/** A kernel with every support vector, and a weighted sum for each pair of classes. */
function supportVectorFlops(op: OnnxOp, rows: number): number {
  const numbers = countOf(op, "support_vectors");
  return rows * (2 * numbers + 2 * countOf(op, "coefficients"));
}

const supportVectorClassifier: Rule = (op) => {
  const [rows] = table(op);
  const classes = Math.max(1, countOf(op, "classlabels_strings", "classlabels_ints"));
  return classified(op, rows, classes, "classlabels_strings", supportVectorFlops(op, rows));
};

const supportVectorRegressor: Rule = (op) => {
  const [rows] = table(op);
  return single("float32", [rows, 1], supportVectorFlops(op, rows));
};

/** A row follows one path through each tree, as long as a balanced tree is deep. */
function treeFlops(op: OnnxOp, rows: number, trees: number): number {
  const nodes = countOf(op, "nodes_featureids");
  const depth = Math.ceil(Math.log2(nodes / Math.max(1, trees) + 2));
  return rows * trees * (depth + 1);
}

const treesOf = (op: OnnxOp): number => Math.max(1, new Set(op.ints("nodes_treeids") ?? []).size);

const treeEnsemble: Rule = (op) => {
  const [rows] = table(op);
  const shape = [rows, op.int("n_targets", 1)];
  return single(op.input(0).element, shape, treeFlops(op, rows, countOf(op, "tree_roots")));
};

const treeRegressor: Rule = (op) => {
  const [rows] = table(op);
  return single("float32", [rows, op.int("n_targets", 1)], treeFlops(op, rows, treesOf(op)));
};

const treeClassifier: Rule = (op) => {
  const [rows] = table(op);
  const classes = Math.max(1, countOf(op, "classlabels_strings", "classlabels_int64s"));
  return classified(op, rows, classes, "classlabels_strings", treeFlops(op, rows, treesOf(op)));
};

const oneHotEncoder: Rule = (op) =>
  single("float32", [...op.shape(0), countOf(op, "cats_strings", "cats_int64s")], op.elements(0));

const featureVectorizer: Rule = (op) => {
  const [rows] = table(op);
  const widths = op.ints("inputdimensions") ?? op.inputs.map((_, i) => op.shape(i).at(-1) ?? 1);
  const width = widths.reduce((total, size) => total + size, 0);
  return single("float32", [rows, width], 0);
};

const featureExtractor: Rule = (op) =>
  single(op.input(0).element, [...op.rankedShape(0, 1).slice(0, -1), op.elements(1)], 0);

const dictVectorizer: Rule = (op) =>
  single("float32", [1, countOf(op, "string_vocabulary", "int64_vocabulary")], 0);

/** Only a dense map has a size that the file tells. */
const castMap: Rule = (op) => {
  if (op.text("map_form", "DENSE") === "DENSE" && op.declared[0]?.shape == null)
    throw new UnknownTensor("how many values a map has");
  return single("float32", op.declared[0]?.shape ?? [1, op.int("max_map", 1)], 0);
};

export const classicRules: Readonly<Record<string, Rule>> = {
  ArrayFeatureExtractor: featureExtractor,
  Binarizer: pointwise(1),
  CastMap: castMap,
  CategoryMapper: (op) =>
    single(op.input(0).element === "string" ? "int64" : "string", op.shape(0), op.elements(0)),
  DictVectorizer: dictVectorizer,
  FeatureVectorizer: featureVectorizer,
  Imputer: pointwise(1),
  LabelEncoder: labelEncoder,
  LinearClassifier: linearClassifier,
  LinearRegressor: linearRegressor,
  Normalizer: pointwise(3),
  OneHotEncoder: oneHotEncoder,
  Scaler: pointwise(2),
  SVMClassifier: supportVectorClassifier,
  SVMRegressor: supportVectorRegressor,
  TreeEnsemble: treeEnsemble,
  TreeEnsembleClassifier: treeClassifier,
  TreeEnsembleRegressor: treeRegressor,
  ZipMap: (op) => single("float32", op.shape(0), 0),
};
