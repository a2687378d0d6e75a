/**
 * The text of env/sim/engine/kernel/engine-wasm.ts, or of tensors-wasm.ts or fused-tensors-wasm.ts
 * in agents/tensors/kernel, compiled from the AssemblyScript source.
 */
export function buildKernel(name: "engine" | "tensors" | "fused-tensors"): Promise<string>;
