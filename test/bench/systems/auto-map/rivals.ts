/** No line of the sheet, but what it calls the real baseline: other methods, equal simulations. */
import type { SystemCheck } from "../check.ts";
import { atScale, mean, seedsAt } from "../runs.ts";
import { timed, trained } from "./trained.ts";

const SEEDS = 5;
const SIMULATIONS = 100;
const NETWORKS = [
  "vgg-19/8xV100-nvlink?batch=64",
  "bert-large/8xV100-nvlink?layers=2&batch=8",
  "gpt3-1.3b/8xV100-nvlink?layers=2&batch=8&precision=16",
];
/** The network never learns: its noise alone moves it. */
const UNTRAINED = "auto-map?warmUp=1000000000&epsilon=0&lastEpsilon=0";
const RANDOM = "auto-map?warmUp=1000000000&epsilon=1&lastEpsilon=1&epsilonUpdates=0&noise=0";
const DRAWING = ["auto-map", UNTRAINED, RANDOM, "automap"];
const EXACT = ["data-parallel", "optcnn?axes=1", "pase?axes=1", "sharding-search"];
const NAMES: Readonly<Record<string, string>> = { [UNTRAINED]: "untrained", [RANDOM]: "random decisions" };
/** Of Student's t with 4 degrees of freedom, 95%. */
const T_OF_FIVE = 2.776;

/** `0.812 (0.801 to 0.823)`. */
function interval(values: readonly number[]): string {
  const middle = mean(values);
  if (values.length < 2) return middle.toFixed(3);
  const spread = Math.sqrt(values.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (values.length - 1));
  const half = (T_OF_FIVE * spread) / Math.sqrt(values.length);
  return `${middle.toFixed(3)} (${(middle - half).toFixed(3)} to ${(middle + half).toFixed(3)})`;
}

export const rivalsCheck: SystemCheck = {
  system: "auto-map",
  check: `best cost over data parallelism's, three networks on 8 V100, ${SIMULATIONS} simulations, mean and 95% interval over seeds`,
  target: "told as a finding",
  seeds: SEEDS,
  async run(scale) {
    const found: string[] = [];
    const simulations = atScale(SIMULATIONS, scale);
    for (const uri of NETWORKS) {
      const scenario = await timed(uri);
      const costs = new Map<string, number>();
      for (const spec of EXACT) costs.set(spec, (await trained(spec, scenario, simulations, 1)).best);
      const base = costs.get("data-parallel")!;
      const parts: string[] = [];
      for (const spec of DRAWING) {
        const runs: number[] = [];
        for (const seed of seedsAt(SEEDS, scale))
          runs.push((await trained(spec, scenario, simulations, seed)).best / base);
        parts.push(`${NAMES[spec] ?? spec} ${interval(runs)}`);
      }
      for (const [spec, cost] of costs)
        if (spec !== "data-parallel") parts.push(`${spec} ${(cost / base).toFixed(3)}`);
      found.push(`${uri}: ${parts.join(", ")}`);
    }
    return { measured: `after ${simulations} simulations ${found.join("; ")}`, passed: true };
  },
};
