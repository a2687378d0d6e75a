/**
 * The words of explanations: names of devices and links, kinds of time on a path, what bounds a
 * step.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { Bottleneck } from "../../../env/sim/timeline/explain/bottleneck.ts";
import type { Segment, SegmentKind } from "../../../env/sim/timeline/explain/critical-path.ts";
import type { Explanation } from "../../../env/sim/timeline/explain/explanation.ts";
import type { Resource } from "../../../env/sim/timeline/explain/tasks.ts";
import { count } from "../../../scenarios/import/sentences.ts";

export function nameOf({ cluster }: Scenario, { kind, index }: Resource): string {
  return (kind === "device" ? cluster.devices : cluster.links)[index].name;
}

/** Kinds of segments in the order in which tables show them. */
export const kindWords: readonly (readonly [`${SegmentKind} ${Resource["kind"]}`, string])[] = [
  ["compute device", "computing"],
  ["transfer link", "sending"],
  ["latency link", "latency of links"],
  ["gap device", "idle gaps of devices"],
  ["gap link", "idle gaps of links"],
  ["wait device", "waiting for devices"],
  ["wait link", "waiting for links"],
];

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

export const shareOf = (us: number, makespanUs: number): number => (makespanUs > 0 ? us / makespanUs : 0);

/**
 * One sentence: whether a chain of ops, devices or links bound the step, by how much, and which one
 * most.
 */
export function bottleneckSentence(scenario: Scenario, told: Explanation): string {
  const { bottleneck, lastChain, timeline } = told;
  const { kind, resource, resourceUs, share } = bottleneck;
  const name = nameOf(scenario, resource);
  const most = `${name} (${percent(shareOf(resourceUs, timeline.makespanUs))})`;
  if (kind === "chain") {
    const ops = lastChain.segments.filter((segment) => segment.kind === "compute");
    return (
      `A chain of dependent ops bounds the step: ${count(ops.length, "op")}${endsOf(scenario, ops)} ` +
      `compute one after the other for ${percent(share)} of it, most of all on ${most}.`
    );
  }
  const busyUs = (kind === "devices" ? timeline.deviceBusyUs : timeline.linkBusyUs)[resource.index];
  const busyText = `which is busy ${percent(shareOf(busyUs, timeline.makespanUs))} of the step`;
  return kind === "devices"
    ? "Busy devices bound the step: the chain of ops that ends last waits for devices " +
        `${percent(share)} of it, most of all for ${most}, ${busyText}.`
    : "Links bound the step: the chain of ops that ends last crosses links or waits for them " +
        `${percent(share)} of it, most of all ${most}, ${busyText}.`;
}

function endsOf({ graph }: Scenario, segments: readonly Segment[]): string {
  if (segments.length < 2) return "";
  const name = ({ task }: Segment) => `"${graph.names[task.op]}"`;
  return ` from ${name(segments[0])} to ${name(segments[segments.length - 1])}`;
}

export function bottleneckJson(scenario: Scenario, { kind, us, share, resource, resourceUs }: Bottleneck) {
  return { kind, us, share, mostOn: nameOf(scenario, resource), mostUs: resourceUs };
}

/** A group in words: its number, how many ops it has, and the name of the first. */
export function groupWords({ graph }: Scenario, group: number, ops: ArrayLike<number>): string {
  return `group ${group} (${count(ops.length, "op")} from "${graph.names[ops[0]]}")`;
}
