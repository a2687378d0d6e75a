/** Products of matrices in the kernel's memory, written with matrices instead of strides. */
import { ADD, RELU } from "./kernel.ts";
import type { Workspace } from "./workspace.ts";

/** A matrix in memory, row by row; rows may lie farther apart than they are long. */
export interface Matrix {
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
}

export const matrix = (address: number, rows: number, columns: number, stride = columns): Matrix => ({
  address,
  rows,
  columns,
  stride,
});

/** A right factor, laid out as the kernel reads it. */
export interface Factor {
  readonly address: number;
  readonly panelStride: number;
  readonly stepStride: number;
  readonly columns: number;
}

/** Rows farther apart than this are packed, because they would share lines of the cache. */
const LARGEST_PLAIN = 128;
/** Of this width and height the kernel has tiles of its own, for a packed factor. */
const SQUARE = 16;

export function factor(workspace: Workspace, { address, rows, columns, stride }: Matrix): Factor {
  const isSquare = rows === SQUARE && columns === SQUARE;
  if (columns % 8 === 0 && stride <= LARGEST_PLAIN && !isSquare)
    return { address, panelStride: 8, stepStride: stride, columns };
  return packed(workspace, address, stride, 1, rows, columns);
}

export function transposedFactor(workspace: Workspace, { address, rows, columns, stride }: Matrix): Factor {
  return packed(workspace, address, 1, stride, columns, rows);
}

function packed(
  workspace: Workspace,
  address: number,
  rowStride: number,
  columnStride: number,
  rows: number,
  columns: number,
): Factor {
  const to = workspace.scratch(rows * Math.ceil(columns / 8) * 8);
  workspace.kernel.pack(address, rowStride, columnStride, rows, columns, to);
  return { address: to, panelStride: 8 * rows, stepStride: 8, columns };
}

export interface ProductOptions {
  /** Address of a row that is added to every row. */
  readonly bias?: number;
  readonly relu?: boolean;
  /** Adds to what the result holds. */
  readonly add?: boolean;
}

/** result = left x right. */
export function product(
  { kernel }: Workspace,
  left: Matrix,
  right: Factor,
  result: Matrix,
  { bias = 0, relu = false, add = false }: ProductOptions = {},
): void {
  kernel.multiply(
    left.address,
    left.stride,
    1,
    right.address,
    right.panelStride,
    right.stepStride,
    result.address,
    result.stride,
    left.rows,
    left.columns,
    right.columns,
    bias,
    (add ? ADD : 0) | (relu ? RELU : 0),
  );
}

/** result = transposed left x right; the gradient of a weight matrix. */
export function transposedProduct(
  { kernel }: Workspace,
  left: Matrix,
  right: Factor,
  result: Matrix,
  { add = false }: ProductOptions = {},
): void {
  kernel.multiply(
    left.address,
    1,
    left.stride,
    right.address,
    right.panelStride,
    right.stepStride,
    result.address,
    result.stride,
    left.columns,
    left.rows,
    right.columns,
    0,
    add ? ADD : 0,
  );
}
