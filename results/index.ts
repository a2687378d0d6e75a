/** What happened: running cells, comparing methods, tables, pages and run directories. */
export * from "./anytime.ts";
export * from "./best-bound.ts";
export * from "./cell.ts";
export * from "./checkpoint.ts";
export * from "./compare.ts";
export * from "./files/append-log.ts";
export * from "./files/atomic.ts";
export * from "./format.ts";
export * from "./gantt-svg.ts";
export * from "./page/page.ts";
export * from "./ranking.ts";
export * from "./run-directory.ts";
export * from "./table.ts";
export * from "./trace/trace.ts";
export * from "./train.ts";
export * from "./verdict.ts";
export * from "./write-comparison.ts";
