/**
 * What bounds a step: the largest of three parts of the last chain, and within it the device or
 * link with most of it.
 *
 * - the *chain* itself: the time in which the chain computes. Only faster ops or a shorter chain
 *   help;
 * - *devices*: the time in which the chain waits for a device that is busy with other work, or
 *   rests after an op;
 * - *links*: the time in which the chain crosses a link or waits for one.
 *
 * The three parts and the start of the step add up to the makespan, so which is largest needs no
 * weights. Of equal parts the chain counts before devices, and devices before links; of equal
 * devices or links the one that the chain meets first.
 */
import type { Segment } from "./critical-path.ts";
import type { Resource } from "./tasks.ts";

export type BottleneckKind = "chain" | "devices" | "links";

export interface Bottleneck {
  readonly kind: BottleneckKind;
  readonly us: number;
  /** Of the makespan, 0 to 1. */
  readonly share: number;
  /** Where most of it is spent, and how much. */
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
