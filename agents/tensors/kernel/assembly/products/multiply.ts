/**
 * Matrix products in single precision, on tiles of 4 rows and 8 columns that stay in registers. The
 * right matrix comes in panels of 8 columns, made by `pack`. Pointers are bytes, strides of
 * matrices elements.
 */
import { tilesOfSquare, WIDTH } from "./square-tile";
import { tileOfOne, tilesOfPanel } from "./tile";
import { tileOfFour, tilesOfPairs } from "./wide-tile";

/** Steps of the inner dimension that are multiplied before the next tile. */
const DEPTH: i32 = 256;
/** Elements of the left matrix that stay in the first-level cache. */
const LEFT: i32 = 4096;

/** Start at what the result holds, not at the bias or zero. */
export const ADD: i32 = 1;
export const RELU: i32 = 2;

/** Copies a matrix [rows x columns] into panels of 8 columns; the last one is padded with zeros. */
export function pack(
  from: usize, rowStride: i32, columnStride: i32, rows: i32, columns: i32, to: usize,
): void {
  for (let column = 0; column < columns; column += 8) {
    const panel = to + (<usize>column * rows << 2);
    const width = min(8, columns - column);
    const source = from + (<usize>column * columnStride << 2);
    if (width == 8 && columnStride == 1) packWide(source, rowStride, rows, panel);
    else packAny(source, rowStride, columnStride, rows, width, panel);
  }
}

function packWide(from: usize, rowStride: i32, rows: i32, to: usize): void {
  for (let row = 0; row < rows; row++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += <usize>rowStride << 2;
    to += 32;
  }
}

function packAny(from: usize, rowStride: i32, columnStride: i32, rows: i32, width: i32, to: usize): void {
  for (let column = 0; column < 8; column++) {
    let source = from + (<usize>column * columnStride << 2);
    let target = to + (<usize>column << 2);
    for (let row = 0; row < rows; row++) {
      store<f32>(target, column < width ? load<f32>(source) : 0);
      source += <usize>rowStride << 2;
      target += 32;
    }
  }
}

/**
 * c = a x b, plus `bias` in every row unless it is 0. Element [i, k] of a is at i x rowStride +
 * k x depthStride; one of these is 1. Step k of panel p of b is at p x panelStride + k x
 * stepStride. A packed b has strides of 8 x depth and 8. A matrix whose columns are a multiple of 8
 * can stay as it is.
 */
export function multiply(
  a: usize, rowStride: i32, depthStride: i32,
  b: usize, panelStride: i32, stepStride: i32,
  c: usize, resultStride: i32,
  rows: i32, depth: i32, columns: i32,
  bias: usize, flags: i32,
): void {
  const isSquare = depth == WIDTH && columns == WIDTH && stepStride == 8 && panelStride == 8 * WIDTH;
  const isPlain = rowStride == WIDTH && depthStride == 1 && resultStride == WIDTH;
  if (isSquare && isPlain && (rows & 1) == 0 && (flags & ADD) == 0) {
    tilesOfSquare(a, b, c, rows, bias, (flags & RELU) != 0);
    return;
  }
  const rowBytes = <usize>rowStride << 2;
  const depthBytes = <usize>depthStride << 2;
  const stepBytes = <usize>stepStride << 2;
  const resultBytes = <usize>resultStride << 2;
  for (let k = 0; k < depth; k += DEPTH) {
    const steps = min(DEPTH, depth - k);
    const height = max(4, (LEFT / steps) & ~3);
    const add = k > 0 || (flags & ADD) != 0;
    const relu = k + steps == depth && (flags & RELU) != 0;
    const left = a + k * depthBytes;
    const right = b + k * stepBytes;
    for (let row = 0; row < rows; row += height)
      rowsOfBlock(
        left + row * rowBytes, rowBytes, depthBytes, right, <usize>panelStride << 2, stepBytes,
        c + row * resultBytes, resultBytes, min(height, rows - row), steps, columns, k > 0 ? 0 : bias, add, relu,
      );
  }
}

/** Rows whose left factors stay in the cache: pairs of rows by pairs of panels, then the rest. */
function rowsOfBlock(
  a: usize, rowBytes: usize, depthBytes: usize,
  b: usize, panelBytes: usize, stepBytes: usize,
  c: usize, resultBytes: usize,
  rows: i32, steps: i32, columns: i32, bias: usize, add: bool, relu: bool,
): void {
  let column = 0;
  for (; column + 16 <= columns; column += 16) {
    const at = <usize>column << 2;
    tilesOfPairs(
      a, rowBytes, depthBytes, b + (column >> 3) * panelBytes, panelBytes, stepBytes, c + at, resultBytes,
      rows & ~1, steps, bias == 0 ? 0 : bias + at, add, relu,
    );
  }
  for (let last = column; last < columns; last += 8)
    panelOfRows(
      a, rowBytes, depthBytes, b + (last >> 3) * panelBytes, stepBytes, c + (<usize>last << 2), resultBytes,
      rows & ~1, steps, min(8, columns - last), bias == 0 ? 0 : bias + (<usize>last << 2), add, relu,
    );
  if ((rows & 1) == 0) return;
  lastRow(
    a + (rows - 1) * rowBytes, depthBytes, b, panelBytes, stepBytes, c + (rows - 1) * resultBytes,
    steps, columns, bias, add, relu,
  );
}

/** A panel without a neighbour, which may be narrower than 8 columns. */
function panelOfRows(
  a: usize, rowBytes: usize, depthBytes: usize, b: usize, stepBytes: usize, c: usize, resultBytes: usize,
  rows: i32, steps: i32, width: i32, bias: usize, add: bool, relu: bool,
): void {
  const most = rows & ~3;
  tilesOfPanel(a, rowBytes, depthBytes, b, stepBytes, c, resultBytes, most, steps, width, bias, add, relu);
  for (let row = most; row < rows; row++)
    tileOfOne(a + row * rowBytes, depthBytes, b, stepBytes, c + row * resultBytes, steps, width, bias, add, relu);
}

/** One row: 4 panels at a time, because 2 sums alone would wait for each other. */
function lastRow(
  a: usize, depthBytes: usize, b: usize, panelBytes: usize, stepBytes: usize, c: usize,
  steps: i32, columns: i32, bias: usize, add: bool, relu: bool,
): void {
  let column = 0;
  for (; column + 32 <= columns; column += 32) {
    const at = <usize>column << 2;
    const offset = bias == 0 ? 0 : bias + at;
    tileOfFour(
      a, depthBytes, b + (column >> 3) * panelBytes, panelBytes, stepBytes, c + at, steps, offset, add, relu,
    );
  }
  for (; column < columns; column += 8) {
    const at = <usize>column << 2;
    const offset = bias == 0 ? 0 : bias + at;
    tileOfOne(
      a, depthBytes, b + (column >> 3) * panelBytes, stepBytes, c + at,
      steps, min(8, columns - column), offset, add, relu,
    );
  }
}
