/**
 * The text of env/sim/engine/kernel/engine-wasm.ts or agents/tensors/kernel/tensors-wasm.ts,
 * compiled from the AssemblyScript source.
 */
export function buildKernel(name: "engine" | "tensors"): Promise<string>;
