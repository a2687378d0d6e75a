import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveSet } from "../../../../results/training/curves/curve-set.ts";
import type { RecordedRun, SeriesPoint } from "../../../../results/training/curves/recorded-run.ts";

type Given = Partial<Omit<RecordedRun, "series">> & { readonly series: Record<string, SeriesPoint[]> };

const run = ({ series, ...rest }: Given): RecordedRun => ({
  folder: "runs/a",
  kind: "agent",
  key: rest.method ?? "placeto",
  method: "placeto",
  details: [],
  seed: "0",
  scenarios: ["tiny"],
  simulations: 100,
  endsByItself: false,
  updates: 4,
  series: new Map(Object.entries(series)),
  ...rest,
});
const points = (...given: [number, number][]): SeriesPoint[] =>
  given.map(([simulations, value]) => ({ simulations, value }));

describe("curves of runs", () => {
  test("take the mean of the updates of a span, and the last of best values", () => {
    const given = points([10, 4], [20, 2], [60, 1], [100, 1]);
    const set = curveSet([run({ series: { loss: given, bestGap: given } })], { spans: 2 });
    const means = set.metrics.map(({ metric, lines }) => [metric, ...lines[0].points.map((p) => p.mean)]);
    expect(means).toEqual([
      ["bestGap", 2, 1],
      ["loss", 3, 1],
    ]);
  });

  test("join the seeds of one agent to a line with the range of its runs", () => {
    const set = curveSet(
      [
        run({ seed: "1", series: { loss: points([50, 4], [100, 2]) } }),
        run({ seed: "2", series: { loss: points([50, 8], [100, 3]) } }),
        run({ method: "reinforce", series: { loss: points([50, 1], [100, 1]) } }),
      ],
      { spans: 2 },
    );
    expect(set.labels).toEqual(["placeto", "reinforce"]);
    expect(set.metrics[0].lines[0]).toMatchObject({ label: "placeto", runs: 2 });
    expect(set.metrics[0].lines[0].points).toEqual([
      { simulations: 50, mean: 6, least: 4, greatest: 8 },
      { simulations: 100, mean: 2.5, least: 2, greatest: 3 },
    ]);
  });

  test("begin where every run has a value, and end where the first one does", () => {
    const set = curveSet(
      [
        run({ seed: "1", series: { bestGap: points([30, 2], [80, 1]) }, simulations: 100 }),
        run({ seed: "2", series: { bestGap: points([10, 4]) }, simulations: 60 }),
      ],
      { spans: 10 },
    );
    const own = set.metrics[0].lines[0].points;
    expect([own[0].simulations, own[own.length - 1].simulations]).toEqual([30, 60]);
  });

  test("go on to the end for a control that ended by itself", () => {
    const control = run({
      method: "heft",
      endsByItself: true,
      simulations: 1,
      series: { bestGap: points([1, 7]) },
    });
    const set = curveSet([run({ series: { bestGap: points([100, 2]) } }), control], { spans: 4 });
    expect(set.metrics[0].lines[1].points.map(({ mean }) => mean)).toEqual([7, 7, 7, 7]);
  });

  test("tell lines of one method apart by what differs", () => {
    const lines = [
      run({ key: "1", details: ["from scratch", "on tiny"], series: { loss: points([1, 1]) } }),
      run({ key: "2", details: ["from runs/x", "on tiny"], series: { loss: points([1, 1]) } }),
      run({ key: "3", method: "heft", details: ["in runs/c"], series: { loss: points([1, 1]) } }),
    ];
    expect(curveSet(lines, { spans: 2 }).labels).toEqual([
      "placeto from scratch",
      "placeto from runs/x",
      "heft",
    ]);
  });

  test("refuse a metric that no run has", () => {
    const some = [run({ series: { loss: points([1, 1]), entropy: points([1, 1]) } })];
    expect(() => curveSet(some, { spans: 2, metrics: ["entropi"] })).toThrow(
      'Metric "entropi" is not known. Did you mean "entropy"?',
    );
    expect(curveSet(some, { spans: 2, metrics: ["entropy"] }).metrics).toHaveLength(1);
  });

  test("are the same as by a search through all updates for each span", () => {
    const series = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: -50, max: 50 })), { minLength: 1 })
      .map((given) => points(...given.sort(([a], [b]) => a - b)));
    fc.assert(
      fc.property(
        fc.array(series, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 20 }),
        (all, spans) => {
          const runs = all.map((own, i) => run({ seed: `${i}`, series: { loss: own, bestGap: own } }));
          for (const { metric, lines } of curveSet(runs, { spans }).metrics) {
            const slow = Array.from({ length: spans }, (_, i) => i).flatMap((i) => {
              const width = 100 / spans;
              const values = all.map((own) => {
                for (let k = i; k >= 0; k--) {
                  const inside = own.filter(
                    (p) =>
                      p.simulations > k * width * (1 + 1e-12) &&
                      p.simulations <= (k + 1) * width * (1 + 1e-12),
                  );
                  if (inside.length === 0) continue;
                  if (metric === "bestGap") return inside[inside.length - 1].value;
                  return inside.reduce((sum, p) => sum + p.value, 0) / inside.length;
                }
                return null;
              });
              return values.includes(null) ? [] : [values as number[]];
            });
            const found = lines[0]?.points ?? [];
            expect(found.map(({ least, greatest }) => [least, greatest])).toEqual(
              slow.map((values) => [Math.min(...values), Math.max(...values)]),
            );
            for (const [i, values] of slow.entries())
              expect(found[i].mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 9);
          }
        },
      ),
    );
  });
});
