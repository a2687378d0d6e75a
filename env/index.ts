/** The world: model, simulator, environments. Imports nothing else of the package. */
export * from "./contract.ts";
export * from "./model/index.ts";
export * from "./sim/index.ts";
