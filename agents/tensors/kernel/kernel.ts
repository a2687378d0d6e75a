/**
 * The functions of the tensor kernel, on one memory. Arguments that name arrays are addresses in
 * bytes; strides, sizes and counts are elements. assembly/ says what each computes.
 *
 * Products multiply and add with one rounding. Relaxed SIMD has an instruction for that, which
 * engines may also round twice. So the kernel that uses it runs only where a trial shows one
 * rounding. Elsewhere the plain kernel computes the same bits, slowly. Node 20 has relaxed SIMD
 * behind a flag of V8.
 */
import { setFlagsFromString } from "node:v8";
import { type WasmMemory, wasm } from "../../../env/sim/engine/kernel/webassembly.ts";
import { fusedTensorsWasm } from "./fused-tensors-wasm.ts";
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
  fmaAll(x: number, y: number, z: number, result: number, count: number): void;
  tanhAll(x: number, result: number, count: number): void;
  exponentials(x: number, result: number, count: number): void;
  largest(x: number, count: number): number;
  reluBack(d: number, y: number, result: number, count: number): void;
  maskOf(y: number, count: number, mask: number): void;
  squareRound(record: number): void;
  squareRoundBack(record: number): void;
  maskBack(d: number, mask: number, index: number, rows: number, width: number, result: number): void;
  tanhBack(d: number, y: number, result: number, count: number): void;
  addAll(x: number, y: number, result: number, count: number): void;
  allZero(x: number, count: number): number;
  clearAll(result: number, count: number): void;
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
  gatherRows(x: number, index: number, y: number, rows: number, width: number, result: number): void;
  scatterRows(x: number, index: number, rows: number, width: number, add: boolean, result: number): void;
  copyRows(
    x: number,
    stride: number,
    rows: number,
    width: number,
    result: number,
    resultStride: number,
  ): void;
  spreadRows(x: number, index: number, rows: number, all: number, width: number, result: number): void;
  activeRows(x: number, rows: number, width: number, index: number): number;
  countBelow(index: number, count: number, limit: number): number;
  rowsOfUnits(rows: number, count: number, units: number, states: number, result: number): void;
  markSenders(rows: number, count: number, states: number, start: number, from: number, marks: number): void;
  listMarked(marks: number, size: number, list: number): number;
  sendBack(
    d: number,
    rows: number,
    count: number,
    states: number,
    start: number,
    from: number,
    weight: number,
    width: number,
    marks: number,
    result: number,
  ): void;
  poolPositions(
    ahead: number,
    back: number,
    half: number,
    vectors: number,
    width: number,
    states: number,
    groups: number,
    devices: number,
    relations: number,
    current: number,
    placement: number,
    kinds: number,
    shares: number,
    result: number,
    stride: number,
  ): void;
  normRows(x: number, rows: number, columns: number, mean: number, scale: number): void;
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
  compiled ??= fusedModule() ?? plainModule();
  return instance(compiled, memory);
}

export const plainModule = (): object => new wasm.Module(Buffer.from(tensorsWasm, "base64"));

/** Null where fused multiply-add is missing or rounds twice. */
export function fusedModule(): object | null {
  const bytes = Buffer.from(fusedTensorsWasm, "base64");
  if (!wasm.validate(bytes)) setFlagsFromString("--experimental-wasm-relaxed-simd");
  if (!wasm.validate(bytes)) return null;
  const module = new wasm.Module(bytes);
  return roundsOnce(module) ? module : null;
}

export const instance = (module: object, memory: WasmMemory): TensorKernel =>
  new wasm.Instance(module, { env: { memory } }).exports as TensorKernel;

/** With two roundings x x - (x x to 24 bits) is 0. */
function roundsOnce(module: object): boolean {
  const memory = new wasm.Memory({ initial: 1 });
  const [x, rest] = [1 + 2 ** -12, 2 ** -24];
  const values = new Float32Array(memory.buffer, 0, 16);
  [x, x, rest - x * x].forEach((value, i) => {
    values.fill(value, 4 * i, 4 * i + 4);
  });
  instance(module, memory).fmaAll(0, 16, 32, 48, 4);
  return values.subarray(12).every((value) => value === rest);
}
