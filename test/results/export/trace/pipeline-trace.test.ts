/** Traces of pipelines: names, threads without overlap, arrows, counters. */
import { expect, test } from "vitest";
import { pipelineTimeline } from "../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import type { TraceEvent } from "../../../../results/export/trace/events.ts";
import { pipelineTrace } from "../../../../results/export/trace/pipeline-trace.ts";
import { chainScenario, pipelineOf, uniformLayers } from "../../../env/model/plan/chain.ts";

const layers = uniformLayers(4, {
  forwardUs: 8,
  backwardUs: 16,
  updateUs: 2,
  weightBytes: 12,
  outputBytes: 4,
  keptBytes: 8,
});

const told = (text: string) => {
  const scenario = chainScenario({ layers, devices: 4 });
  return pipelineTimeline(scenario, pipelineOf(scenario, text));
};
const replicated = told("0-1@0,1 | 2@2 again | 3@3 x4 1f1b");
const trace = pipelineTrace(replicated);
const spansOf = (events: readonly TraceEvent[]) => events.filter((event) => event.ph === "X");
const spans = spansOf(trace.traceEvents);

test("names phases by letter, stage and micro-batch", () => {
  const names = new Set(spans.map(({ name }) => name));
  for (const name of ["F0.0", "B0.3", "F1.2", "R1.2", "B1.2", "U2", "S0", "send F0.1", "send B2.3"])
    expect(names, name).toContain(name);
});

test.each([
  ["with replicas", replicated],
  ["without a flush", told("0@0 | 1@1 | 2@2 | 3@3 x8 pipedream")],
])("spans of a thread are in order and do not overlap, %s", (_, timeline) => {
  const byThread = new Map<number, { ts: number; dur: number }[]>();
  for (const span of spansOf(pipelineTrace(timeline).traceEvents))
    byThread.set(span.tid, [...(byThread.get(span.tid) ?? []), span]);
  for (const own of byThread.values())
    own.forEach(({ ts }, i) => {
      if (i > 0) expect(ts).toBeGreaterThanOrEqual(own[i - 1].ts + own[i - 1].dur);
    });
});

test("the blocks of a device take what the timeline says that it computes", () => {
  const threads = trace.traceEvents.filter((event) => event.ph === "M" && event.name === "thread_name");
  const gpu = threads.find((event) => event.ph === "M" && event.args.name === "gpu:2")!;
  const busyUs = spans.filter(({ tid }) => tid === gpu.tid).reduce((sum, { dur }) => sum + dur, 0);
  const { forward, recompute, backward, update } = replicated.deviceTimes[2];
  expect(busyUs).toBeCloseTo(forward + recompute + backward + update, 5);
});

test("every arrow has one start and one end, at spans of its time", () => {
  const flows = trace.traceEvents.filter((event) => "id" in event);
  const ids = new Set(flows.map((event) => ("id" in event ? event.id : 0)));
  expect(ids.size).toBeGreaterThan(0);
  for (const id of ids) {
    const own = flows.filter((event) => "id" in event && event.id === id).map(({ ph }) => ph);
    expect([own[0], own[own.length - 1]]).toEqual(["s", "f"]);
    expect(own.slice(1, -1).every((ph) => ph === "t")).toBe(true);
  }
});

test("the highest memory counter of a device is its peak", () => {
  const highest = trace.traceEvents.reduce(
    (most, event) =>
      event.ph === "C" && event.name === "memory gpu:0" ? Math.max(most, event.args.bytes) : most,
    0,
  );
  expect(highest).toBeCloseTo(replicated.peakBytes[0], 9);
});
