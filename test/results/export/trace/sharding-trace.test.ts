/** Traces of shardings: names, threads without overlap, arrows, counters. */
import { expect, test } from "vitest";
import { tracedSharding } from "../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import type { TraceEvent } from "../../../../results/export/trace/events.ts";
import { shardingTrace } from "../../../../results/export/trace/sharding-trace.ts";
import { machinesWithCards } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../../../env/sim/lower/sharding/transformer-block.ts";

const block = transformerBlock({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 16 });
const scenario = shardedScenario(block, machinesWithCards([2, 2], { shared: true }));
const timeline = tracedSharding(scenario, megatron(block, 4, { sequence: true }));
const { traceEvents } = shardingTrace(timeline);
const spans = traceEvents.filter((event) => event.ph === "X");
const threadOf = new Map(
  traceEvents.flatMap((event) =>
    event.ph === "M" && event.name === "thread_name" ? [[event.tid, String(event.args.name)]] : [],
  ),
);

test("names ops, collectives by kind and tensor, and messages", () => {
  const names = spans.map(({ name }) => name);
  expect(names).toContain("norm1");
  expect(names.some((name) => name.startsWith("all-gather "))).toBe(true);
  expect(names.some((name) => name.startsWith("send reduce-scatter "))).toBe(true);
  expect([...threadOf.values()]).toEqual(expect.arrayContaining(["gpu:0", "gpu:0 along tensor", "card 1"]));
});

test("spans of a thread are in order and do not overlap", () => {
  for (const tid of threadOf.keys()) {
    const own = spans.filter((span) => span.tid === tid);
    expect(own.length).toBeGreaterThan(0);
    own.forEach(({ ts }, i) => {
      if (i > 0) expect(ts).toBeGreaterThanOrEqual(own[i - 1].ts + own[i - 1].dur);
    });
  }
});

test("the ops of a rank take what the timeline says that it computes", () => {
  const [tid] = [...threadOf].find(([, name]) => name === "gpu:3")!;
  const busyUs = spans.reduce((sum, span) => (span.tid === tid ? sum + span.dur : sum), 0);
  const { forward, backward, update } = timeline.rankTimes[3];
  expect(busyUs).toBeCloseTo(forward + backward + update, 5);
});

test("each message is an arrow from its sender's collective to that of its receiver", () => {
  const flows = new Map<number, TraceEvent[]>();
  for (const event of traceEvents)
    if ("id" in event) flows.set(event.id, [...(flows.get(event.id) ?? []), event]);
  expect(flows.size).toBe(timeline.messages.length);
  for (const own of flows.values()) {
    expect(own.map(({ ph }) => ph).join("")).toMatch(/^st+f$/);
    for (const end of [own[0], own[own.length - 1]]) expect(threadOf.get(end.tid)).toMatch(/ along tensor/);
  }
});

test("the highest memory counter of a device is its peak", () => {
  const highest = traceEvents.reduce(
    (most, event) =>
      event.ph === "C" && event.name === "memory gpu:0" ? Math.max(most, event.args.bytes) : most,
    0,
  );
  expect(highest).toBeCloseTo(timeline.peakBytes[0], 9);
});
