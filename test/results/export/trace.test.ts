import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  allowedDevices,
  createRng,
  explain,
  liftToOps,
  placement,
  type Scenario,
  testScenario,
} from "../../../env/index.ts";
import { onGrid } from "../../../results/export/trace/events.ts";
import { type Trace, traceOf } from "../../../results/export/trace/trace.ts";
import { resolveScenario } from "../../../scenarios/index.ts";
import { scenarioWithPlan } from "../../env/sim/drawn-scenario.ts";

const time = z.number().finite().nonnegative();
const spot = { pid: z.literal(1), tid: z.number().int().nonnegative() };
const span = z.strictObject({
  ...spot,
  ph: z.literal("X"),
  name: z.string().min(1),
  cat: z.enum(["forward", "backward", "update", "transfer"]),
  ts: time,
  dur: time,
  args: z.record(z.string(), z.unknown()),
});
const flow = z.strictObject({
  ...spot,
  ph: z.enum(["s", "t", "f"]),
  name: z.string().min(1),
  cat: z.literal("transfer"),
  id: z.number().int(),
  ts: time,
  bp: z.literal("e"),
});
const counter = z.strictObject({
  ...spot,
  ph: z.literal("C"),
  name: z.string().min(1),
  ts: time,
  args: z.record(z.string(), z.number().nonnegative()),
});
const metadata = z.strictObject({
  ...spot,
  ph: z.literal("M"),
  name: z.enum(["process_name", "thread_name", "thread_sort_index"]),
  args: z.record(z.string(), z.union([z.string(), z.number()])),
});
const schema = z.strictObject({
  displayTimeUnit: z.literal("ms"),
  otherData: z.strictObject({ scenario: z.string(), fidelity: z.string(), makespanUs: time }),
  traceEvents: z.array(z.discriminatedUnion("ph", [span, flow, counter, metadata])),
});

const draws = scenarioWithPlan({ maxOps: 14, maxDevices: 4 });

test("traces fit the format, with one span for every op and every crossing", () => {
  fc.assert(
    fc.property(draws, ({ scenario, plan }) => {
      const told = explain(scenario, plan);
      const { traceEvents } = schema.parse(JSON.parse(JSON.stringify(traceOf(scenario, told))));
      const spans = traceEvents.filter((event) => event.ph === "X");
      expect(spans.length).toBe(scenario.graph.opCount + told.tasks.transfers.length);
      const named = new Set(traceEvents.flatMap((e) => (e.name === "thread_name" ? [e.tid] : [])));
      for (const { tid } of spans) expect(named.has(tid)).toBe(true);
    }),
    { numRuns: 80 },
  );
});

test("spans of a thread come in order and do not overlap, wherever a viewer puts its zero", () => {
  fc.assert(
    fc.property(draws, fc.double({ min: 0, max: 1e6, noNaN: true }), ({ scenario, plan }, shift) => {
      const zero = onGrid(shift);
      const trace = traceOf(scenario, explain(scenario, plan));
      const freeUs = new Map<number, number>();
      for (const { tid, ts, dur } of spansOf(trace)) {
        expect(ts - zero).toBeGreaterThanOrEqual(freeUs.get(tid) ?? -zero);
        freeUs.set(tid, ts - zero + dur);
      }
    }),
    { numRuns: 150 },
  );
});

test("flows pair up, forwards in time, each point inside the span of its thread", () => {
  fc.assert(
    fc.property(draws, ({ scenario, plan }) => {
      const told = explain(scenario, plan);
      const trace = traceOf(scenario, told);
      const flows = trace.traceEvents.filter((event) => "id" in event);
      for (const id of new Set(flows.map((event) => event.id))) {
        const own = flows.filter((event) => event.id === id);
        expect(own.map(({ ph }) => ph).join("")).toMatch(/^st+f$/);
        for (let i = 1; i < own.length; i++) expect(own[i].ts).toBeGreaterThanOrEqual(own[i - 1].ts);
        for (const { tid, ts } of own)
          expect(spansOf(trace).some((s) => s.tid === tid && s.ts <= ts && ts <= s.ts + s.dur)).toBe(true);
      }
      const served = told.tasks.journeys.reduce((sum, { consumers }) => sum + new Set(consumers).size, 0);
      expect(flows.filter(({ ph }) => ph === "s").length).toBe(served);
    }),
    { numRuns: 80 },
  );
});

test("the highest memory counter of a device is its peak, and counters come in order of time", () => {
  fc.assert(
    fc.property(draws, ({ scenario, plan }) => {
      const told = explain(scenario, plan);
      const trace = traceOf(scenario, told);
      scenario.cluster.devices.forEach(({ name }, d) => {
        const own = countersOf(trace, `memory ${name}`);
        expect(Math.max(...own.map(({ args }) => args.bytes))).toBe(told.timeline.peakBytes[d]);
        for (let i = 1; i < own.length; i++) expect(own[i].ts).toBeGreaterThanOrEqual(own[i - 1].ts);
      });
      const busy = countersOf(trace, "busy links");
      expect(Math.max(...busy.map(({ args }) => args.links))).toBeLessThanOrEqual(
        scenario.cluster.links.length,
      );
      expect(busy[busy.length - 1].args.links).toBe(0);
    }),
    { numRuns: 80 },
  );
});

test("counts what a device holds by name, which adds up to what it holds", () => {
  fc.assert(
    fc.property(draws, ({ scenario, plan }) => {
      const trace = traceOf(scenario, explain(scenario, plan));
      for (const { name } of scenario.cluster.devices) {
        const latest = countersOf(trace, `memory ${name}`).at(-1)?.args.bytes ?? 0;
        const parts = countersOf(trace, `memory of ${name} by part`).at(-1)?.args ?? {};
        expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(latest);
      }
    }),
    { numRuns: 100 },
  );
});

test("tells of an op and of its output on the way", () => {
  const graph = "a 10 100B type=MatMul params=40\nb 5 <- a";
  const scenario: Scenario = testScenario({ graph, bytesPerUs: 10, latencyUs: 3 });
  const spans = spansOf(traceOf(scenario, explain(scenario, placement([0, 1]))));
  expect(spans).toMatchObject([
    { name: "a", cat: "forward", tid: 1, ts: 0, dur: 10, args: { type: "MatMul", parameterBytes: 40 } },
    { name: "b", tid: 2, ts: 23, dur: 5, args: { critical: true, waitedUs: 0 } },
    {
      name: "send a",
      tid: 3,
      ts: 10,
      dur: 10,
      args: { bytes: 100, from: "gpu:0", to: "gpu:1", latencyUs: 3, firstConsumer: "b" },
    },
  ]);
});

test.each(["inception-v3/2xP100", "nmt-2/4xP100", "bert-base/8xV100-nvlink"])(
  "a real step, %s, keeps all of this",
  async (uri) => {
    const scenario = await resolveScenario(uri);
    const rng = createRng(uri);
    const deviceCount = scenario.cluster.devices.length;
    const allowed = allowedDevices(scenario);
    const groups = Array.from({ length: scenario.grouping.groupCount }, (_, g) => {
      const devices = [...Array(deviceCount).keys()].filter((d) => allowed[g * deviceCount + d] === 1);
      return devices[rng.int(devices.length)];
    });
    const told = explain(scenario, placement(liftToOps(scenario.grouping, groups)));
    const { makespanUs } = told.timeline;
    for (const { segments } of [told.criticalPath, told.lastChain]) {
      expect(segments[0].fromUs).toBe(0);
      expect(segments[segments.length - 1].toUs).toBe(makespanUs);
      for (let i = 1; i < segments.length; i++) expect(segments[i].fromUs).toBe(segments[i - 1].toUs);
    }
    const trace = traceOf(scenario, told);
    schema.parse(JSON.parse(JSON.stringify(trace)));
    const freeUs = new Map<number, number>();
    for (const { tid, ts, dur } of spansOf(trace)) {
      expect(ts).toBeGreaterThanOrEqual(freeUs.get(tid) ?? 0);
      freeUs.set(tid, ts + dur);
    }
    scenario.cluster.devices.forEach(({ name }, d) => {
      const levels = countersOf(trace, `memory ${name}`).map(({ args }) => args.bytes);
      expect(Math.max(...levels)).toBe(told.timeline.peakBytes[d]);
    });
  },
);

const spansOf = ({ traceEvents }: Trace) => traceEvents.filter((event) => event.ph === "X");

const countersOf = ({ traceEvents }: Trace, name: string) =>
  traceEvents.filter((event) => event.ph === "C").filter((event) => event.name === name);
