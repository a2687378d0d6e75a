export * from "./episode-state.ts";
export * from "./one-shot.ts";
export * from "./options.ts";
export * from "./placement-env.ts";
export * from "./progressive.ts";
export * from "./refine.ts";
export * from "./registry.ts";
export * from "./render.ts";
