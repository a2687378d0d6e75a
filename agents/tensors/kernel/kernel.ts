/**
 * The functions of the tensor kernel, on one memory. Arguments that name arrays are addresses in
 * bytes; strides, sizes and counts are elements. assembly/ says what each computes.
 */
import { type WasmMemory, wasm } from "../../../env/sim/engine/kernel/webassembly.ts";
import { tensorsWasm } from "./tensors-wasm.ts";

/** Flags of `multiply`. */
export const ADD = 1;
export const RELU = 2;

export interface TensorKernel {
  pack(
    from: number,
    rowStride: number,
    columnStride: number,
    rows: number,
    columns: number,
    to: number,
  ): void;
  multiply(
    a: number,
    rowStride: number,
    depthStride: number,
    b: number,
    panelStride: number,
    stepStride: number,
    c: number,
    resultStride: number,
    rows: number,
    depth: number,
    columns: number,
    bias: number,
    flags: number,
  ): void;
  tanhAll(x: number, result: number, count: number): void;
  exponentials(x: number, result: number, count: number): void;
  largest(x: number, count: number): number;
  reluBack(d: number, y: number, result: number, count: number): void;
  tanhBack(d: number, y: number, result: number, count: number): void;
  addAll(x: number, y: number, result: number, count: number): void;
  allZero(x: number, count: number): number;
  addRows(x: number, rows: number, columns: number, result: number): void;
  squares(x: number, count: number): number;
  adam(
    gradient: number,
    scale: number,
    value: number,
    first: number,
    second: number,
    newValue: number,
    newFirst: number,
    newSecond: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    count: number,
  ): void;
  neighbourSums(
    x: number,
    width: number,
    start: number,
    from: number,
    weight: number,
    first: number,
    last: number,
    extra: number,
    result: number,
  ): void;
  cell(
    gates: number,
    before: number,
    beforeStride: number,
    output: number,
    outputStride: number,
    batch: number,
    width: number,
  ): void;
  cellBack(
    gates: number,
    before: number,
    beforeStride: number,
    output: number,
    outputStride: number,
    dOutput: number,
    dState: number,
    dCell: number,
    dGates: number,
    batch: number,
    width: number,
  ): void;
  scores(
    queries: number,
    keys: number,
    keyStride: number,
    v: number,
    rows: number,
    groups: number,
    width: number,
    far: boolean,
    result: number,
  ): void;
  scoresBack(
    queries: number,
    keys: number,
    keyStride: number,
    v: number,
    dScores: number,
    rows: number,
    groups: number,
    width: number,
    far: boolean,
    dQueries: number,
    dKeys: number,
    dV: number,
  ): void;
  softmaxRows(x: number, rows: number, columns: number, result: number): void;
  softmaxBack(y: number, d: number, rows: number, columns: number, result: number): void;
}

let compiled: object | undefined;

export function startTensorKernel(memory: WasmMemory): TensorKernel {
  compiled ??= new wasm.Module(Buffer.from(tensorsWasm, "base64"));
  return new wasm.Instance(compiled, { env: { memory } }).exports as TensorKernel;
}
