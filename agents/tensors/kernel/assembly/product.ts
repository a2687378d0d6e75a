/**
 * Matrix products in single precision, on tiles of 4 rows and 8 columns that stay in registers. The
 * right matrix comes in panels of 8 columns, made by `pack`. Pointers are bytes, strides of
 * matrices elements.
 */
import { RowsOfStep, StepsOfRow, tileOfOne, tiles } from "./tile";
import { tileOfFour, tileOfPair } from "./wide-tile";

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
    for (let row = 0; row < rows; row += height) {
      const last = min(row + height, rows);
      const rest = row + ((last - row) & ~3);
      for (let column = 0; column < columns; column += 8) {
        const panel = right + (<usize>(column >> 3) * panelStride << 2);
        const width = min(8, columns - column);
        const offset = bias == 0 || k > 0 ? 0 : bias + (<usize>column << 2);
        const to = c + (<usize>column << 2);
        const from = left + row * rowBytes;
        const result = to + row * resultBytes;
        if (depthStride == 1)
          tiles<StepsOfRow>(
            from, rowBytes, panel, stepBytes, result, resultBytes, rest - row, steps, width, offset, add, relu,
          );
        else
          tiles<RowsOfStep>(
            from, depthBytes, panel, stepBytes, result, resultBytes, rest - row, steps, width, offset, add, relu,
          );
      }
      if (rest < last)
        lastRows(
          left + rest * rowBytes, rowBytes, depthBytes, right, <usize>panelStride << 2, stepBytes,
          c + rest * resultBytes, resultBytes, last - rest, steps, columns, k > 0 ? 0 : bias, add, relu,
        );
    }
  }
}

/** At most 3 rows. */
function lastRows(
  a: usize, rowBytes: usize, depthBytes: usize,
  b: usize, panelBytes: usize, stepBytes: usize,
  c: usize, resultBytes: usize,
  rows: i32, steps: i32, columns: i32, bias: usize, add: bool, relu: bool,
): void {
  let row = 0;
  let column = 0;
  if (rows >= 2) {
    for (; column + 16 <= columns; column += 16) {
      const at = <usize>column << 2;
      const offset = bias == 0 ? 0 : bias + at;
      tileOfPair(
        a, rowBytes, depthBytes, b + (column >> 3) * panelBytes, panelBytes, stepBytes, c + at, resultBytes,
        steps, offset, add, relu,
      );
    }
    // What is left of the two rows is a panel and a part of one.
    for (let i = 0; i < 2; i++)
      lastPanels(
        a + i * rowBytes, depthBytes, b, panelBytes, stepBytes, c + i * resultBytes,
        steps, column, columns, bias, add, relu,
      );
    row = 2;
  }
  if (row == rows) return;
  a += row * rowBytes;
  c += row * resultBytes;
  for (column = 0; column + 32 <= columns; column += 32) {
    const at = <usize>column << 2;
    const offset = bias == 0 ? 0 : bias + at;
    tileOfFour(
      a, depthBytes, b + (column >> 3) * panelBytes, panelBytes, stepBytes, c + at, steps, offset, add, relu,
    );
  }
  lastPanels(a, depthBytes, b, panelBytes, stepBytes, c, steps, column, columns, bias, add, relu);
}

/** One row, from a column on. */
function lastPanels(
  a: usize, depthBytes: usize, b: usize, panelBytes: usize, stepBytes: usize, c: usize,
  steps: i32, first: i32, columns: i32, bias: usize, add: bool, relu: bool,
): void {
  for (let column = first; column < columns; column += 8) {
    const at = <usize>column << 2;
    const offset = bias == 0 ? 0 : bias + at;
    tileOfOne(
      a, depthBytes, b + (column >> 3) * panelBytes, stepBytes, c + at,
      steps, min(8, columns - column), offset, add, relu,
    );
  }
}
