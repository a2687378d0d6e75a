export * from "./best-move.ts";
export * from "./bottleneck.ts";
export * from "./critical-path.ts";
export * from "./explanation.ts";
export * from "./journeys.ts";
export * from "./memory-steps.ts";
export * from "./shares.ts";
export * from "./tasks.ts";
