/**
 * The table of counts of each workload: published or made by hand, against those of its
 * description. docs/workloads.md shows it.
 */
import { workloadCatalog } from "../../../scenarios/index.ts";
import type { ForwardOp } from "../../../scenarios/workloads/tape/tape.ts";
import type { CountRow } from "./count-row.ts";
import { sequenceCounts } from "./sequence-counts.ts";
import { visionCounts } from "./vision-counts.ts";

/** Forward ops whose work is counted in multiply-adds. */
export const PRODUCTS = /^(Conv2D|Conv2DBackpropInput|DepthwiseConv2dNative|MatMul|BatchMatMul)$/;

export interface MeasuredCount extends CountRow {
  /** Options as in a URI, such as `layers=18&filters=208`. */
  readonly options: string;
  readonly ours: {
    readonly parameters: number;
    readonly gigaMultiplyAdds: number;
    readonly gigaFlop: number;
  };
}

const counts: readonly CountRow[] = [...visionCounts, ...sequenceCounts];

export const measuredCounts: readonly MeasuredCount[] = counts.map((row) => {
  const workload = workloadCatalog.find(({ name }) => name === row.name)!;
  const defaults = Object.entries(workload.options).map(([key, { default: value }]) => [key, value]);
  const one = "batch" in workload.options ? { batch: 1 } : {};
  const { ops } = workload.forward({ ...Object.fromEntries(defaults), ...one, ...row.given });
  return {
    ...row,
    options: Object.entries(row.given ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join("&"),
    ours: {
      parameters: ops.reduce((sum, { spec }) => sum + (spec.parameters ?? 0), 0),
      gigaMultiplyAdds: flopsOf(ops.filter(({ type }) => PRODUCTS.test(type))) / 2e9,
      gigaFlop: flopsOf(ops) / 1e9,
    },
  };
});

function flopsOf(ops: readonly ForwardOp[]): number {
  return ops.reduce((sum, { flops }) => sum + flops, 0);
}

/** Rows of the Markdown table: published weights and ours, published work and ours, source. */
export const countLines: readonly string[] = measuredCounts.map((row) => {
  const weights = row.exactParameters ?? row.parameters;
  const workload = row.options === "" ? row.name : `${row.name}?${row.options}`;
  const cells = [
    `\`${workload}\``,
    ...(weights === undefined ? ["", ""] : [grouped(weights), grouped(row.ours.parameters)]),
    ...work(row),
    row.source,
  ];
  return `| ${cells.join(" | ")} |`;
});

function work({ gigaMultiplyAdds, gigaFlop, ours }: MeasuredCount): readonly string[] {
  if (gigaMultiplyAdds !== undefined)
    return [`${fourDigits(gigaMultiplyAdds)} G multiply-adds`, fourDigits(ours.gigaMultiplyAdds)];
  if (gigaFlop !== undefined) return [`${fourDigits(gigaFlop)} GFLOP`, fourDigits(ours.gigaFlop)];
  return ["", ""];
}

function fourDigits(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 9 });
}

function grouped(weights: number): string {
  return Math.round(weights).toLocaleString("en");
}
