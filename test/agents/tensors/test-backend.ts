/**
 * The backend on which tests compute that hold on each: `PLACEMENT_GYM_BACKEND`, else wasm. For
 * example: `PLACEMENT_GYM_BACKEND=native npx vitest run test/agents/tensors test/agents/nets`.
 */
import type { BackendName } from "../../../agents/contract.ts";

export const testBackend = (process.env.PLACEMENT_GYM_BACKEND || "wasm") as BackendName;
