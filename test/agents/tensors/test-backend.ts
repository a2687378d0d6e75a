/**
 * The backend on which tests compute that hold on each: `PLACEMENT_GYM_BACKEND`, else wasm. For
 * example: `PLACEMENT_GYM_BACKEND=native npx vitest run test/agents/tensors test/agents/nets`.
 */
import { createRequire } from "node:module";
import type { BackendName } from "../../../agents/contract.ts";
import { prepareForNative } from "../../../agents/tensors/native.ts";

export const testBackend = (process.env.PLACEMENT_GYM_BACKEND || "wasm") as BackendName;

/** Why the native backend can't be had here, null where it can. */
export function whyNoNative(): string | null {
  prepareForNative();
  try {
    createRequire(import.meta.url)("@tensorflow/tfjs-node");
    return null;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

/** Backends for tests that train in processes of their own; tells where native is left out. */
export function trainingBackends(): readonly BackendName[] {
  const reason = whyNoNative();
  if (reason === null) return ["wasm", "native"];
  console.log(`Left out on the native backend, which is not set up: ${reason}`);
  return ["wasm"];
}
