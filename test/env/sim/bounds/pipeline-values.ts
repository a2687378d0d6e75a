/** Values of random pipelines against the bounds and the ceiling of their scenarios. */
import { evaluator } from "../../../../env/index.ts";
import { InputError } from "../../../../env/model/errors.ts";
import { type DrawOptions, drawnPipeline } from "../lower/drawn-pipelines.ts";

export interface BoundsReport {
  scored: number;
  schedules: Set<string>;
  /** Seeds of plans below a bound, or above the ceiling. */
  below: number[];
  above: number[];
  /** Nearest to the best bound, value / bound. */
  nearest: number;
}

export function checkBounds(from: number, to: number, options: DrawOptions): BoundsReport {
  const report: BoundsReport = { scored: 0, schedules: new Set(), below: [], above: [], nearest: 1e9 };
  for (let seed = from; seed < to; seed++) {
    const { scenario, plan } = drawnPipeline(seed, options);
    const { evaluate, bounds, bound, ceiling } = evaluator(scenario);
    const value = valueOrNull(() => evaluate(plan).value);
    if (value === null) continue;
    report.scored++;
    report.schedules.add(plan.schedule.name);
    const isBroken = bounds().some((each) => each.covers.includes("pipeline") && each.value > value);
    if (isBroken) report.below.push(seed);
    if (value > ceiling) report.above.push(seed);
    const best = bound(["pipeline"]).value;
    if (best > 0) report.nearest = Math.min(report.nearest, value / best);
  }
  return report;
}

/** Null where the plan has no value: it does not fit, or its devices wait for each other. */
function valueOrNull(value: () => number | null): number | null {
  try {
    return value();
  } catch (error) {
    if (error instanceof InputError && error.message.includes("wait for each other")) return null;
    throw error;
  }
}

/** All networks and switches, and memory that some plans exceed. */
export const anySwitches: DrawOptions = {
  networks: ["pairs", "egress", "hub"],
  memoryBytes: 150,
  fidelity: (rng) => {
    const pick = <T>(list: readonly T[]): T => list[rng.int(list.length)];
    const contention = pick(["queue", "queue", "none", "fair"] as const);
    const routing = pick(["store-and-forward", "cut-through"] as const);
    return {
      contention,
      routing: contention === "fair" ? "cut-through" : routing,
      overlap: contention === "fair" || rng.int(3) > 0,
      multicast: pick(["per-device", "per-consumer"] as const),
      controlEdges: pick(["free", "output-0"] as const),
      opGapUs: rng.int(2),
      transferGapUs: rng.int(2),
      startUs: rng.int(2),
    };
  },
};
