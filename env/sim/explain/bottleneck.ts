/**
 * What bounds a step, in one name: the largest of three kinds of parts of the last chain.
 *
 * - the *chain* itself: all the time in which the chain computes. Only faster ops, or a shorter chain, help;
 * - a *device*: the time in which the chain waits for it, because it is busy with other work (idle gaps included);
 * - a *link*: the time in which the chain crosses it or waits for it.
 *
 * Of equal ones the chain counts before devices, and devices before links. The parts and the start of the step add up to the
 * makespan, so the winner is no matter of weights.
 */
import type { Segment } from "./critical-path.ts";
import type { Resource } from "./tasks.ts";

export interface Bottleneck {
  readonly kind: "chain" | "device" | "link";
  /** The device or link; null for the chain. */
  readonly resource: Resource | null;
  readonly us: number;
  /** Of the makespan, 0 to 1. */
  readonly share: number;
}

export function bottleneckOf(chain: readonly Segment[], makespanUs: number): Bottleneck {
  const parts = new Map<string, { kind: Bottleneck["kind"]; resource: Resource | null; us: number }>();
  parts.set("chain", { kind: "chain", resource: null, us: 0 });
  for (const { kind, resource, fromUs, toUs } of chain) {
    const key = kind === "compute" ? "chain" : `${resource.kind} ${resource.index}`;
    const part = parts.get(key) ?? { kind: resource.kind, resource, us: 0 };
    parts.set(key, part);
    part.us += toUs - fromUs;
  }
  const order = { chain: 0, device: 1, link: 2 };
  const [largest] = [...parts.values()].sort((a, b) => b.us - a.us || order[a.kind] - order[b.kind]);
  return { ...largest, share: makespanUs > 0 ? largest.us / makespanUs : 0 };
}
