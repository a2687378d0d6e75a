/**
 * What bounds a step: the largest of three parts of the last chain, and the device or link with
 * most of it.
 *
 * - The *chain* itself: the time in which the chain computes. Only faster ops or a shorter chain
 *   help.
 * - *Devices*: the time in which the chain waits for a device that is busy with other work, or
 *   rests after an op.
 * - *Links*: the time in which the chain crosses a link or waits for one.
 *
 * The three parts and the start of the step add up to the makespan, so no weights are needed to
 * compare them. Of equal parts the chain counts before devices, and devices before links. Of equal
 * devices or links the first one on the chain counts.
 */
import type { Segment } from "./critical-path.ts";
import type { Resource } from "./tasks.ts";

export type BottleneckKind = "chain" | "devices" | "links";

export interface Bottleneck {
  readonly kind: BottleneckKind;
  readonly us: number;
  /** Of the makespan, 0 to 1. */
  readonly share: number;
  /** The device or link with most of it, and how much that is. */
  readonly resource: Resource;
  readonly resourceUs: number;
}

export function bottleneckOf(chain: readonly Segment[], makespanUs: number): Bottleneck {
  const usOf: Record<BottleneckKind, number> = { chain: 0, devices: 0, links: 0 };
  for (const segment of chain) usOf[partOf(segment)] += segment.toUs - segment.fromUs;
  const kinds: readonly BottleneckKind[] = ["chain", "devices", "links"];
  const kind = kinds.reduce((largest, next) => (usOf[next] > usOf[largest] ? next : largest));
  const us = usOf[kind];
  return {
    kind,
    us,
    share: makespanUs > 0 ? us / makespanUs : 0,
    ...largestResource(chain.filter((segment) => partOf(segment) === kind)),
  };
}

function partOf({ kind, resource }: Segment): BottleneckKind {
  if (kind === "compute") return "chain";
  return resource.kind === "device" ? "devices" : "links";
}

function largestResource(segments: readonly Segment[]): { resource: Resource; resourceUs: number } {
  const sums = new Map<number, { resource: Resource; resourceUs: number }>();
  for (const { resource, fromUs, toUs } of segments) {
    const sum = sums.get(resource.index) ?? { resource, resourceUs: 0 };
    sums.set(resource.index, sum);
    sum.resourceUs += toUs - fromUs;
  }
  return [...sums.values()].reduce((most, next) => (next.resourceUs > most.resourceUs ? next : most));
}
