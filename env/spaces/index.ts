export * from "./box.ts";
export * from "./dict.ts";
export * from "./discrete.ts";
export * from "./multi-discrete.ts";
