/**
 * Ops that are sums of products, as the list of their terms. A term is one product of elements of
 * inputs and weights, added to one element of an output. Values and all gradients follow from it
 * (interpreter.ts), so that nothing here knows how an op may be split.
 */
import type { ForwardOp, Shape } from "../../../../../scenarios/workloads/tape/tape.ts";

/** The slot of the op's own weights; other slots are numbers of inputs. */
export const WEIGHTS = -1;

export type Factor = readonly [slot: number, index: number];
export type Emit = (port: number, out: number, ...factors: readonly Factor[]) => void;
/** `data` are the values of inputs that hold ids; NaN where a part does not have the id. */
export type Terms = (op: ForwardOp, emit: Emit, data: (slot: number) => ArrayLike<number>) => void;

export function each(shape: Shape, visit: (index: number[]) => void): void {
  const index: number[] = [];
  const descend = (axis: number): void => {
    if (axis === shape.length) {
      visit([...index]);
      return;
    }
    for (let i = 0; i < shape[axis]; i++) {
      index[axis] = i;
      descend(axis + 1);
    }
  };
  descend(0);
}

/** The place of an element in the flat data. */
export const at = (shape: Shape, index: readonly number[]): number =>
  index.reduce((place, i, axis) => place * shape[axis] + i, 0);

const shapesOf = (op: ForwardOp): readonly [x: Shape, y: Shape] => [op.inputs[0].shape, op.outputs[0].shape];
const last = (shape: Shape): number => shape[shape.length - 1];

const matMul: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  const [inner, columns] = [last(x), last(y)];
  const perExpert = op.spec.parameters! === inner * columns ? 0 : inner * columns;
  each([...y, inner], (index) => {
    const [n, k] = index.slice(-2);
    const row = index.slice(0, -2);
    emit(0, at(y, [...row, n]), [0, at(x, [...row, k])], [WEIGHTS, perExpert * row[0] + k * columns + n]);
  });
};

/** Sums over products along named axes; `(hd)` is one axis of the size of both. */
const einsum: Terms = (op, emit) => {
  const [left, right] = op.spec.axes!.toLowerCase().split("->");
  const parse = (text: string) =>
    [...text.matchAll(/\((\w+)\)|([\w.])/g)].map(([, group, single]) => [...(group ?? single)]);
  const tensors = [...left.split(","), right].map(parse);
  const shapes = [...op.inputs.map(({ shape }) => shape), op.outputs[0].shape];
  const sizes = new Map<string, number>();
  tensors.forEach((axes, i) => {
    axes.forEach((letters, axis) => {
      if (letters.length === 1) sizes.set(letters[0], shapes[i][axis]);
    });
  });
  tensors.forEach((axes, i) => {
    axes.forEach((letters, axis) => {
      const known = letters.filter((letter) => sizes.has(letter));
      const rest = known.reduce((size, letter) => size / sizes.get(letter)!, shapes[i][axis]);
      for (const letter of letters) if (!sizes.has(letter)) sizes.set(letter, rest);
    });
  });
  const letters = [...sizes.keys()];
  each([...sizes.values()], (index) => {
    const of = (tensor: number) =>
      at(
        shapes[tensor],
        tensors[tensor].map((axis) =>
          axis.reduce((i, letter) => i * sizes.get(letter)! + index[letters.indexOf(letter)], 0),
        ),
      );
    emit(0, of(shapes.length - 1), ...op.inputs.map((_, i): Factor => [i, of(i)]));
  });
};

/** Places (coarse, tap, fine) of windows, where the tap is inside. */
function eachTap(
  op: ForwardOp,
  fine: Shape,
  coarse: Shape,
  visit: (coarse: number[], tap: number[], fine: number[]) => void,
): void {
  const { kernel, stride, padding, dilation = 1 } = op.spec.windows!;
  each([...coarse, ...kernel], (index) => {
    const place = index.slice(0, coarse.length);
    const tap = index.slice(coarse.length);
    const read = place.map((i, axis) => i * stride[axis] - padding[axis] + tap[axis] * dilation);
    if (read.every((i, axis) => i >= 0 && i < fine[axis])) visit(place, tap, read);
  });
}

const convolution: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  const { kernel } = op.spec.windows!;
  if (x.length === 3) {
    const weights = [kernel[0], x[2], y[2]];
    eachTap(op, [x[1]], [y[1]], ([i], [tap], [j]) => {
      each([x[0], x[2], y[2]], ([b, k, n]) => {
        emit(0, at(y, [b, i, n]), [0, at(x, [b, j, k])], [WEIGHTS, at(weights, [tap, k, n])]);
      });
    });
    return;
  }
  const read = op.spec.parameters! / (y[1] * kernel[0] * kernel[1]);
  const filtersOfGroup = (y[1] * read) / x[1];
  const weights = [y[1], read, ...kernel];
  eachTap(op, x.slice(2), y.slice(2), (place, tap, fine) => {
    each([x[0], y[1], read], ([b, c, i]) => {
      const channel = Math.floor(c / filtersOfGroup) * read + i;
      emit(
        0,
        at(y, [b, c, ...place]),
        [0, at(x, [b, channel, ...fine])],
        [WEIGHTS, at(weights, [c, i, ...tap])],
      );
    });
  });
};

const transposedConvolution: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  const weights = [x[1], y[1], ...op.spec.windows!.kernel];
  eachTap(op, y.slice(2), x.slice(2), (place, tap, fine) => {
    each([x[0], x[1], y[1]], ([b, i, c]) => {
      emit(0, at(y, [b, c, ...fine]), [0, at(x, [b, i, ...place])], [WEIGHTS, at(weights, [i, c, ...tap])]);
    });
  });
};

const depthwise: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  const weights = [x[1], ...op.spec.windows!.kernel];
  eachTap(op, x.slice(2), y.slice(2), (place, tap, fine) => {
    each([x[0], x[1]], ([b, c]) => {
      emit(0, at(y, [b, c, ...place]), [0, at(x, [b, c, ...fine])], [WEIGHTS, at(weights, [c, ...tap])]);
    });
  });
};

const averagePool: Terms = (op, emit, data) => {
  const [x, y] = shapesOf(op);
  if (y.length === 2) {
    each(x, (index) => emit(0, at(y, index.slice(0, 2)), [0, at(x, index)]));
    return;
  }
  windowed(op, emit, data);
};

/** Each output element is the sum of what its window reads, channel by channel. */
const windowed: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  eachTap(op, x.slice(2), y.slice(2), (place, _tap, fine) => {
    each(x.slice(0, 2), (bc) => emit(0, at(y, [...bc, ...place]), [0, at(x, [...bc, ...fine])]));
  });
};

const resize: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  const scale = y[2] / x[2];
  each(y, (index) => {
    const read = index.map((i, axis) => (axis < 2 ? i : Math.floor(i / scale)));
    emit(0, at(y, index), [0, at(x, read)]);
  });
};

/** The first elements of each axis. */
const corner: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  each(
    y.map((size, axis) => Math.min(size, x[axis])),
    (index) => emit(0, at(y, index), [0, at(x, index)]),
  );
};

const slice: Terms = (op, emit, data) => {
  if (op.spec.windows !== undefined) windowed(op, emit, data);
  else if (op.spec.axes === undefined) corner(op, emit, data);
  else {
    // The first token of an example, or its pairs of features.
    const [x, y] = shapesOf(op);
    const isToken = op.spec.axes!.endsWith("n");
    const pairs = x[1] === x[2] ? x[1] : 0;
    const pair = (p: number) => [Math.floor(p / pairs), p % pairs];
    each(y, ([b, n]) => emit(0, at(y, [b, n]), [0, at(x, isToken ? [b, 0, n] : [b, ...pair(n)])]));
  }
};

const copied: Terms = (op, emit) => {
  const [, y] = shapesOf(op);
  each([y.reduce((count, size) => count * size, 1)], ([i]) => emit(0, i, [0, i]));
};

/** Sums of all inputs, those with fewer axes repeated. */
const added: Terms = (op, emit, data) => {
  const y = op.outputs[0].shape;
  if (op.spec.axes !== undefined) {
    op.inputs.forEach((input, slot) => {
      const [left] = op.spec.axes!.split("->");
      const part = {
        ...op,
        inputs: [input],
        spec: { ...op.spec, axes: `${left.split(",")[slot]}->${left.split(",")[0]}` },
      };
      spread(part, (port, out, [, index]) => emit(port, out, [slot, index]), data);
    });
    return;
  }
  each(y, (index) => {
    op.inputs.forEach(({ shape }, slot) => {
      emit(0, at(y, index), [slot, at(shape, repeated(shape, index))]);
    });
  });
};

/** Each element of the result reads the element with its letters. */
const spread: Terms = (op, emit) => {
  const [from, to] = op.spec.axes!.split("->");
  const [x, y] = shapesOf(op);
  each(y, (index) => {
    emit(0, at(y, index), [
      0,
      at(
        x,
        [...from].map((letter) => index[to.indexOf(letter)]),
      ),
    ]);
  });
};

export const repeated = (shape: Shape, index: readonly number[]): number[] =>
  shape.map((size, axis) => (size === 1 ? 0 : index[axis + index.length - shape.length]));

const product: Terms = (op, emit) => {
  const count = op.outputs[0].shape.reduce((total, size) => total * size, 1);
  each([count], ([i]) => emit(0, i, [0, i], [1, i]));
};

/** Parts one behind another along the axis where they add up. */
function pieces(
  parts: readonly Shape[],
  whole: Shape,
  visit: (part: number, i: number, place: number) => void,
): void {
  const axis = whole.findIndex(
    (size, a) => parts[0][a] !== size && parts.reduce((sum, part) => sum + part[a], 0) === size,
  );
  let start = 0;
  parts.forEach((part, p) => {
    each(
      whole.map((size, a) => (a === axis ? part[a] : size)),
      (index) => {
        const place = index.map((i, a) => (a === axis ? i + start : i));
        visit(
          p,
          at(
            part,
            index.map((i, a) => (part[a] === 1 ? 0 : i)),
          ),
          at(whole, place),
        );
      },
    );
    start += part[axis];
  });
}

const concat: Terms = (op, emit) => {
  const parts = op.inputs.map(({ shape }) => shape);
  pieces(parts, op.outputs[0].shape, (part, i, place) => emit(0, place, [part, i]));
};

const split: Terms = (op, emit) => {
  const parts = op.outputs.map(({ shape }) => shape);
  pieces(parts, op.inputs[0].shape, (part, i, place) => emit(part, i, [0, place]));
};

const stack: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  each(y, ([b, t, n]) => emit(0, at(y, [b, t, n]), [t, at(x, [b, n])]));
};

const unstack: Terms = (op, emit) => {
  const [x, y] = shapesOf(op);
  each(x, ([b, t, n]) => emit(t, at(y, [b, n]), [0, at(x, [b, t, n])]));
};

const lookup =
  (table: number, ids: number): Terms =>
  (op, emit, data) => {
    const y = op.outputs[0].shape;
    const columns = last(y);
    const known = data(ids);
    each([known.length, columns], ([i, n]) => {
      if (!Number.isNaN(known[i])) emit(0, i * columns + n, [table, known[i] * columns + n]);
    });
  };

/** The places of tokens: each goes to two experts, while there is room. */
function routes(shards: readonly Shape[], tokens: number) {
  const experts = shards.reduce((sum, [held]) => sum + held, 0);
  const used = new Array<number>(experts).fill(0);
  const list: { token: number; expert: number; shard: number; row: number }[] = [];
  for (let token = 0; token < tokens; token++)
    for (const expert of new Set([(token * 7 + 3) % experts, (token * 5 + 1) % experts])) {
      const place = used[expert]++;
      let [shard, local] = [0, expert];
      while (local >= shards[shard][0]) local -= shards[shard++][0];
      const capacity = shards[shard][1];
      if (place < capacity) list.push({ token, expert, shard, row: local * capacity + place });
    }
  return { experts, list };
}

const dispatch: Terms = (op, emit) => {
  const [x] = shapesOf(op);
  const width = last(x);
  const shards = op.outputs.map(({ shape }) => shape);
  for (const { token, shard, row } of routes(shards, x[0] * x[1]).list)
    for (let n = 0; n < width; n++) emit(shard, row * width + n, [0, token * width + n]);
};

const combine: Terms = (op, emit) => {
  const y = op.outputs[0].shape;
  const width = last(y);
  const { experts, list } = routes(
    op.inputs.slice(1).map(({ shape }) => shape),
    y[0] * y[1],
  );
  for (const { token, expert, shard, row } of list)
    for (let n = 0; n < width; n++)
      emit(0, token * width + n, [0, token * experts + expert], [shard + 1, row * width + n]);
};

/** Edge e leads to vertex e of the part, from any vertex of all parts. */
const aggregate: Terms = (op, emit, data) => {
  const [rows, width] = op.outputs[0].shape;
  const edges = data(0);
  const sources = op.inputs
    .slice(1)
    .flatMap(({ shape }, p) => Array.from({ length: shape[0] }, (_, i) => [p + 1, i]));
  for (let e = 0; e < edges.length; e++) {
    if (Number.isNaN(edges[e])) continue;
    const [slot, row] = sources[edges[e] % sources.length];
    for (let n = 0; n < width; n++) emit(0, (e % rows) * width + n, [slot, row * width + n]);
  }
};

export const termsOf: Readonly<Record<string, Terms>> = {
  MatMul: matMul,
  BatchMatMul: einsum,
  Transpose: einsum,
  Conv2D: convolution,
  Conv2DBackpropInput: transposedConvolution,
  DepthwiseConv2dNative: depthwise,
  AvgPool: averagePool,
  ResizeNearestNeighbor: resize,
  Slice: slice,
  Pad: windowed,
  Reshape: copied,
  Add: added,
  AddN: added,
  AddRepeated: added,
  Mul: product,
  Concat: concat,
  Split: split,
  Stack: stack,
  Unstack: unstack,
  Embedding: lookup(WEIGHTS, 0),
  Gather: lookup(0, 1),
  Dispatch: dispatch,
  Combine: combine,
  Aggregate: aggregate,
};

/** Number of different ids that an input of ids may hold. */
export function idsOf(op: ForwardOp, slot: number): number | null {
  if (op.type === "Embedding") return op.spec.parameters! / last(op.outputs[0].shape);
  if (op.type === "Gather" && slot === 1) return op.inputs[0].shape[0];
  if (op.type === "Aggregate" && slot === 0) return 1000;
  return null;
}
