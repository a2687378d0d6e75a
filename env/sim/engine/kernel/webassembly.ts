/**
 * The part of WebAssembly's JavaScript interface that kernels use. Node has it. TypeScript declares
 * it only among the types of browsers, which nothing else here needs.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface WasmInterface {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: unknown };
  Memory: new (pages: { initial: number }) => WasmMemory;
}

export const wasm = (globalThis as unknown as { WebAssembly: WasmInterface }).WebAssembly;
