export * from "./episode.ts";
export * from "./mask.ts";
export * from "./observation.ts";
export * from "./start.ts";
export * from "./termination.ts";
export * from "./utility.ts";
