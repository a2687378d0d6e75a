/** Queries and keys as the kernel's attention wants them. */
import type { Tensor } from "../types.ts";
import type { Workspace } from "./workspace.ts";

export interface Comparable {
  readonly query: number;
  readonly key: number;
  /** Whether the values are plain, because their exponentials could overflow. */
  readonly far: boolean;
}

/** Up to here exp(2 x query) x exp(2 x key) is a normal number. */
export const LARGEST_EXPONENT = 20;

export function comparable(workspace: Workspace, queries: Tensor, keys: Tensor): Comparable {
  const { kernel } = workspace;
  const query = workspace.input(queries);
  const key = workspace.input(keys);
  const far =
    kernel.largest(query, queries.size) > LARGEST_EXPONENT ||
    kernel.largest(key, keys.size) > LARGEST_EXPONENT;
  if (far) return { query, key, far };
  return {
    query: exponentials(workspace, query, queries.size),
    key: exponentials(workspace, key, keys.size),
    far,
  };
}

export function exponentials(workspace: Workspace, address: number, count: number): number {
  const powers = workspace.scratch(count);
  workspace.kernel.exponentials(address, powers, count);
  return powers;
}
