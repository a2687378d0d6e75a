/** The world: model, simulator, environments. Imports nothing else of the package. */
export * from "./check/index.ts";
export * from "./contract.ts";
export * from "./envs/index.ts";
export * from "./model/index.ts";
export * from "./parts/index.ts";
export * from "./sim/index.ts";
export * from "./spaces/index.ts";
export * from "./vector/index.ts";
export * from "./wrappers/index.ts";
