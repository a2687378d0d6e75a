export * from "./bounds.ts";
export * from "./budget.ts";
export * from "./evaluator.ts";
export * from "./explain/index.ts";
export * from "./makespan.ts";
export * from "./max-load.ts";
export * from "./move.ts";
export * from "./timeline.ts";
