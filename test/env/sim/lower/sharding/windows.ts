/**
 * A network of windows along the rows of an image, on whole numbers. It has convolutions of one
 * channel with squares between them, their gradients and their updates. Beyond the borders are
 * zeros. A part of the rows needs rows of its neighbours, in both passes.
 */
import { graphBuilder } from "../../../../../env/model/graph/builder.ts";
import type { RoleName } from "../../../../../env/model/graph/graph.ts";
import type {
  DimensionKind,
  IterationDimension,
  OpIteration,
  TensorAxes,
  Window,
} from "../../../../../env/model/graph/iteration.ts";
import { haloOf } from "../../../../../env/model/layout/halo.ts";
import type { NumberedGraph, NumberedOp, Rule } from "./numbered-graph.ts";

const ELEMENT_BYTES = 8;
const BATCH = 0;
const ROWS = 1;
const TAP = 2;

export interface Convolved {
  readonly fine: number;
  readonly coarse: number;
  readonly window: Window;
}

export const convolved = (fine: number, window: Window): Convolved => ({
  fine,
  window,
  coarse: Math.floor((fine + 2 * window.padding - window.kernel) / window.stride) + 1,
});

/** Rows that a part needs of its neighbours. */
interface Halo {
  readonly rows: number;
  readonly inputs?: readonly number[];
}

const tensor = (batch: number, rows: number): TensorAxes => ({ shape: [batch, rows], along: [BATCH, ROWS] });
const taps = (count: number): TensorAxes => ({ shape: [count], along: [TAP] });

export function windows(batch: number, layers: readonly Convolved[]): NumberedGraph {
  const builder = graphBuilder({ batch });
  const ops: NumberedOp[] = [];

  function add(
    name: string,
    op: NumberedOp & { readonly role?: RoleName; readonly twin?: string },
    dimensions: readonly IterationDimension[],
    tensors: Partial<Pick<OpIteration, "parameters" | "outputs" | "sums" | "linearIn">>,
    inputs: readonly (readonly [string, TensorAxes])[],
  ): void {
    const { role, twin, ...numbered } = op;
    const iteration: OpIteration = {
      dimensions,
      inputs: inputs.map(([, axes]) => axes),
      parameters: [],
      outputs: [],
      sums: [],
      linearIn: [],
      ...tensors,
    };
    const bytesOf = ({ shape }: TensorAxes) => ELEMENT_BYTES * shape.reduce((count, n) => count * n, 1);
    builder.op({
      name,
      role,
      twin,
      flops: dimensions.reduce((count, { size }) => count * size, 2),
      outputs: iteration.outputs.map(bytesOf),
      parameterBytes:
        role === undefined ? iteration.parameters.reduce((sum, each) => sum + bytesOf(each), 0) : 0,
      iteration,
    });
    for (const [from] of inputs) builder.edge({ from, to: name });
    ops.push(numbered);
  }

  const dimension = (name: string, kind: DimensionKind, size: number, halo?: Halo): IterationDimension => ({
    name,
    kind,
    size,
    ...(halo !== undefined &&
      halo.rows > 0 && { halo: halo.rows, ...(halo.inputs && { haloInputs: halo.inputs }) }),
  });
  const dims = ({ coarse, window }: Convolved, halo?: Halo): IterationDimension[] => [
    dimension("batch", "batch", batch),
    dimension("rows", "spatial", coarse, halo),
    dimension("tap", "opaque", window.kernel),
  ];
  const plain = (rows: number): IterationDimension[] => [
    dimension("batch", "batch", batch),
    dimension("rows", "spatial", rows),
  ];
  const rule = (name: Rule, window?: Window): NumberedOp => ({
    rule: name,
    operands: [[0, 1]],
    ...(window && { window }),
  });

  add("x", rule("input"), plain(layers[0].fine), { outputs: [tensor(batch, layers[0].fine)] }, []);
  layers.forEach((layer, i) => {
    const { fine, coarse, window } = layer;
    const halos = haloOf(fine, coarse, window);
    const weights = [taps(window.kernel)];
    const source = i === 0 ? "x" : `a${i - 1}`;
    add(
      `y${i}`,
      rule("window", window),
      dims(layer, { rows: halos.forward }),
      {
        parameters: weights,
        outputs: [tensor(batch, coarse)],
        linearIn: [0],
      },
      [[source, tensor(batch, fine)]],
    );
    add(`a${i}`, rule("square"), plain(coarse), { outputs: [tensor(batch, coarse)] }, [
      [`y${i}`, tensor(batch, coarse)],
    ]);
  });
  const last = layers.length - 1;
  const top = tensor(batch, layers[last].coarse);
  const start = { ...rule("square"), role: "backward" as const, twin: `a${last}` };
  add(`da${last}`, start, plain(layers[last].coarse), { outputs: [top] }, [[`a${last}`, top]]);
  for (const [i, layer] of [...layers.entries()].reverse()) {
    const { fine, coarse, window } = layer;
    const halos = haloOf(fine, coarse, window);
    const made = tensor(batch, coarse);
    const read = tensor(batch, fine);
    const source = i === 0 ? "x" : `a${i - 1}`;
    const back = (name: Rule, twin: string) => ({ ...rule(name, window), role: "backward" as const, twin });
    add(
      `dy${i}`,
      { ...rule("product"), role: "backward", twin: `a${i}` },
      plain(coarse),
      { outputs: [made] },
      [
        [`da${i}`, made],
        [`y${i}`, made],
      ],
    );
    add(
      `dw${i}`,
      back("window weights", `y${i}`),
      dims(layer, { rows: halos.forward, inputs: [1] }),
      {
        outputs: [taps(window.kernel)],
        sums: [BATCH, ROWS],
        linearIn: [0],
      },
      [
        [`dy${i}`, made],
        [source, read],
      ],
    );
    if (i > 0)
      add(
        `da${i - 1}`,
        back("window input", `y${i}`),
        dims(layer, { rows: halos.backward }),
        {
          parameters: [taps(window.kernel)],
          outputs: [read],
          linearIn: [0],
        },
        [[`dy${i}`, made]],
      );
    const own = { shape: [window.kernel], along: [0] };
    add(
      `update ${i}`,
      { ...rule("update"), role: "update", twin: `y${i}` },
      [dimension("tap", "opaque", window.kernel)],
      { parameters: [own] },
      [[`dw${i}`, own]],
    );
  }
  return { graph: builder.build(), ops };
}
