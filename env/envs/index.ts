export type { EpisodeState } from "./episode-state.ts";
export * from "./one-shot.ts";
export type { PlacementEnvOptions, Returns } from "./options.ts";
export * from "./progressive.ts";
export * from "./refine.ts";
export * from "./registry.ts";
export * from "./render.ts";
