/**
 * Times of the released Piper planner on its public inputs, as the sheet of the system has them. It
 * was run with 25 GiB/s. Times are seconds for BERT-32 and milliseconds for the others. Their node
 * times are in milliseconds beside bytes for each second; that is kept, as released.
 */
import { equalSplit } from "../../agents/exact/stages/piper/equal-split.ts";
import { type PiperPlan, piperPlan } from "../../agents/exact/stages/piper/planner.ts";
import { type PiperFreedom, piperProblem } from "../../agents/exact/stages/piper/problem.ts";
import { type PiperFile, piperCase } from "./piper-input.ts";

export type SheetInput = "bert32a100" | "resnet" | "gnmt";
export type SheetMode = "piper" | "noDP" | "noTP" | "noRecompute" | "equi";

export interface SheetCell {
  readonly input: SheetInput;
  readonly gib: number;
  readonly devices: number;
  readonly mode: SheetMode;
  /** Null where nothing fits. */
  readonly time: number | null;
}

const GIB = 2 ** 30;
const MICRO_BATCHES: Readonly<Record<SheetInput, number>> = { bert32a100: 1920, resnet: 7680, gnmt: 256 };
const FREEDOM: Readonly<Record<SheetMode, PiperFreedom>> = {
  piper: {},
  noDP: { dataParallel: false },
  noTP: { tensorParallel: false },
  noRecompute: { recompute: false },
  equi: {},
};
const MODES = Object.keys(FREEDOM) as SheetMode[];

/** GiB, devices, and the time of each mode; a mode that is left out is not on the sheet. */
type Row = readonly [gib: number, devices: number, ...times: (number | null | undefined)[]];

const BERT: readonly Row[] = [
  [2, 32, 0.0665495, 0.07390625, null, null, null],
  [2, 64, 0.0320300812, 0.07390625, 0.0443059868, 0.1567745, 0.12333875],
  [2, 128, 0.0151464079, 0.07390625, 0.0151464079, 0.0713791657, 0.0482573118],
  [8, 8, 0.16585575, 0.16585575, 0.16585575, 0.2597525, 0.230978],
  [8, 32, 0.0415154504, 0.07390625, 0.0415154504, 0.0566194733, 0.0513510889],
  [8, 512, 0.00256112785, 0.07390625, 0.00256112785, 0.00341807489, 0.00330132436],
  [80, 8, 0.122007269, 0.16451575, 0.122007269, 0.122007269, 0.122007269],
  [80, 512, 0.00227252011, 0.07390625, 0.00227252011, 0.00227252011, 0.00241478679],
  [1, 128, 0.03887175, 0.07390625, null, null, null],
];

/** GiB, devices, Piper's time, the equal split's. */
const RESNET: readonly (readonly [number, number, number, number?])[] = [
  [4, 8, 73.493],
  [8, 8, 63.434, 164.159],
  [16, 8, 58.558, 108.885],
  [2, 16, 76.521],
  [4, 16, 35.333],
  [8, 16, 31.634, 82.08],
  [16, 16, 29.279, 54.443],
  [1.5, 32, 50.977],
  [2, 32, 24.626],
  [4, 32, 17.624],
  [8, 32, 15.758, 41.04],
  [16, 32, 14.639, 27.221],
  [1.5, 64, 16.992],
  [2, 64, 11.334],
  [4, 64, 8.667],
  [8, 64, 7.879],
  [16, 64, 7.32],
  [1, 128, 19.856],
  [1.5, 128, 7.025],
];

const GNMT: readonly (readonly [number, number, number, number?])[] = [
  [2.5, 2, 263.354, 325.026],
  [3.5, 2, 260.227, 260.227],
];

const cells = (input: SheetInput, [gib, devices, ...times]: Row): SheetCell[] =>
  times.flatMap((time, i) => (time === undefined ? [] : [{ input, gib, devices, mode: MODES[i], time }]));

const short = (input: SheetInput, rows: readonly (readonly [number, number, number, number?])[]) =>
  rows.flatMap(([gib, devices, piper, equi]) =>
    cells(input, [gib, devices, piper, undefined, undefined, undefined, equi]),
  );

/** Whole figures of BERT-32, to the digits that are printed. */
export const bertCells: readonly SheetCell[] = BERT.flatMap((row) => cells("bert32a100", row));
export const resnetCells: readonly SheetCell[] = short("resnet", RESNET);
export const gnmtCells: readonly SheetCell[] = short("gnmt", GNMT);

/** Our plan for a cell; null where nothing fits. */
export function planOfCell(file: PiperFile, cell: SheetCell): PiperPlan | null {
  const problem = problemOfCell(file, cell);
  if (cell.mode !== "equi") return piperPlan(problem)!.plan;
  const repeated = file.nodes.flatMap(({ name }, v) => (name === "ParallelTransformerLayer" ? [v] : []));
  return equalSplit(problem, new Set(repeated));
}

export const problemOfCell = (file: PiperFile, { input, gib, devices, mode }: SheetCell) =>
  piperProblem(
    {
      ...piperCase(file),
      devices,
      microBatches: MICRO_BATCHES[input],
      memoryBytes: gib * GIB,
      bytesPerTime: 25 * GIB,
    },
    FREEDOM[mode],
  );

/** Relative difference; infinite where one fits and the other does not. */
export function offFrom({ time }: SheetCell, plan: PiperPlan | null): number {
  if (time === null || plan === null) return time === null && plan === null ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(plan.time / time - 1);
}
