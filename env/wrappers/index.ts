export * from "./episode-statistics.ts";
export * from "./normalise-reward.ts";
export * from "./time-limit.ts";
export * from "./wrapper.ts";
