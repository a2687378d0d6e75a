type Kernel = "engine" | "tensors" | "fused-tensors";

/**
 * The text of env/sim/engine/kernel/engine-wasm.ts, or of tensors-wasm.ts or fused-tensors-wasm.ts
 * in agents/tensors/kernel, compiled from the AssemblyScript source.
 */
export function buildKernel(name: Kernel): Promise<string>;

/** The given text of that module under the seal of today's sources, options and compiler. */
export function sealedAgain(name: Kernel, module: string): Promise<string>;
