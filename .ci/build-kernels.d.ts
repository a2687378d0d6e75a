/** The text of env/sim/engine/kernel/engine-wasm.ts, compiled from the AssemblyScript source. */
export function buildKernel(): Promise<string>;
