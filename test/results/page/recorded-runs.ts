/** Runs of two agents with three seeds each and a control, made without training. */
import type { RecordedRun, SeriesPoint } from "../../../results/training/curves/recorded-run.ts";

const updates = (count: number, valueAt: (share: number) => number): SeriesPoint[] =>
  Array.from({ length: count }, (_, i) => ({
    simulations: (i + 1) * 40,
    value: valueAt((i + 1) / count),
  }));

export function recordedRuns(): RecordedRun[] {
  const agents = ["reinforce?batch=20", "placeto"].flatMap((method, m) =>
    [0, 1, 2].map((seed): RecordedRun => {
      const count = 20 - m - seed;
      return {
        folder: `runs/${method}-${seed}`,
        kind: "agent",
        key: method,
        method,
        details: [],
        seed: `${seed}`,
        scenarios: ["towers"],
        simulations: 40 * count,
        endsByItself: false,
        updates: count,
        series: new Map([
          ["bestGap", updates(count, (t) => 0.4 * (1 + m) * (1 - 0.9 * t) + 0.01 * seed)],
          ["meanCost", updates(count, (t) => 9000 * Math.exp(-4 * t) + 100 * (seed + 1))],
          ["loss", updates(count, (t) => Math.sin(9 * t) * (1 + seed) - m)],
        ]),
      };
    }),
  );
  const control: RecordedRun = {
    folder: "runs/controls",
    kind: "planner",
    key: "heft",
    method: "heft",
    details: [],
    seed: "0",
    scenarios: ["towers"],
    simulations: 1,
    endsByItself: true,
    updates: null,
    series: new Map([["bestGap", [{ simulations: 1, value: 0.125 }]]]),
  };
  return [...agents, control];
}
