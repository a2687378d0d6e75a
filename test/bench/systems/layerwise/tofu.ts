/** Tofu's lines "works in the gym when". */
import fc from "fast-check";
import { enumerateLabels } from "../../../../agents/exact/sharding/labels/enumeration.ts";
import { tofu } from "../../../../agents/planners/sharding/tofu.ts";
import type { Scenario } from "../../../../env/index.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { stateBytes } from "../../../../env/sim/lower/sharding/state-bytes.ts";
import {
  basicPlans,
  basicStep,
  counted,
  halved,
  randomPartitions,
  solved,
} from "../../../agents/exact/sharding/recursive/random-partitions.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { scenarioOf } from "../runs.ts";
import { dividedBy, plannedBy } from "./plans.ts";

const GRAPHS = 300;
const PAIRED = 50;
const SEED = 1;
const MOST_SECONDS = 60;
const BYTES = 8;

const oneLevel: SystemCheck = {
  system: "tofu",
  check: `one level on ${GRAPHS} drawn graphs of at most 8 tensors against all axes and dimensions; bytes of the step found, counted element by element`,
  target: "equal on all; equal on all",
  seeds: 1,
  async run(scale) {
    const drawn = fc.sample(randomPartitions(8, 2), { seed: SEED, numRuns: seedCount(GRAPHS, scale) });
    let [best, alike] = [0, 0];
    for (const partition of drawn) {
      const { bytes, steps } = solved(partition, [2]);
      const labels = Int32Array.from([...steps[0].axisOf, ...steps[0].dimensionOf]);
      if (bytes === enumerateLabels(basicStep(partition)).cost) best++;
      if (bytes === counted(partition, labels)) alike++;
    }
    return {
      measured: `${best} and ${alike} of ${drawn.length}`,
      passed: best === drawn.length && alike === drawn.length,
    };
  },
};

const pairs: SystemCheck = {
  system: "tofu",
  check: `two steps for 4 workers on ${PAIRED} drawn graphs of at most 5 tensors, no halos: against all ordered pairs of basic plans; every pair of a sample in both orders`,
  target: "equal on all; equal totals",
  seeds: 1,
  async run(scale) {
    const drawn = fc.sample(randomPartitions(5, 4), { seed: SEED, numRuns: seedCount(PAIRED, scale) });
    let [best, swaps, alike] = [0, 0, 0];
    for (const partition of drawn) {
      const plans = basicPlans(partition);
      const totals = plans.map(
        (first) => counted(partition, first) + 2 * enumerateLabels(basicStep(halved(partition, first))).cost,
      );
      if (solved(partition, [2, 2]).bytes === Math.min(...totals)) best++;
      const sample = plans.filter((_, i) => i % Math.ceil(plans.length / 8) === 0);
      for (const [i, one] of sample.entries())
        for (const other of sample.slice(0, i)) {
          const total = (a: Int32Array, b: Int32Array) =>
            counted(partition, a) + 2 * counted(halved(partition, a), b);
          swaps++;
          if (total(one, other) === total(other, one)) alike++;
        }
    }
    return {
      measured: `${best} of ${drawn.length}; ${alike} of ${swaps} pairs`,
      passed: best === drawn.length && alike === swaps,
    };
  },
};

async function onTwo(lengths: Parameters<typeof mlp>[0]) {
  const scenario = shardedScenario(mlp(lengths), machines([2]));
  const { plan, report } = await plannedBy(tofu, scenario);
  const by = ["z", "y"].map((name) => dividedBy(scenario, plan, name));
  return { by, bytes: Number(report.facts![0].value) };
}

const closedForms: SystemCheck = {
  system: "tofu",
  check: "an MLP of two layers on 2 workers: batch 2, width 64; batch 512, width 8: what is divided, bytes",
  target: "weights, 5 maps; the batch, 5 weights",
  seeds: 1,
  async run() {
    const narrow = await onTwo({ b: 2, k: 64, h: 64, n: 64 });
    const wide = await onTwo({ b: 512, k: 8, h: 8, n: 8 });
    const [maps, weights] = [5 * 2 * 64 * BYTES, 5 * 8 * 8 * BYTES];
    return {
      measured: `${narrow.by.join(" and ")}, ${narrow.bytes} of ${maps}; ${wide.by.join(" and ")}, ${wide.bytes} of ${weights}`,
      passed:
        narrow.by.every((kind) => kind === "feature") &&
        narrow.bytes === maps &&
        wide.by.every((kind) => kind === "batch") &&
        wide.bytes === weights,
    };
  },
};

const weightsOn = (scenario: Scenario, plan: Parameters<typeof shardedProgram>[1]): number =>
  stateBytes(scenario.graph, shardedProgram(scenario, plan), { optimizerSlots: 0, zero: 3 }).weights;

const recurrent: SystemCheck = {
  system: "tofu",
  check:
    "RNNLM of 10 LSTM layers and 20 steps, width 1024, on 8 K80: CPU time of planning; weights on a worker over an eighth of all",
  target: `under ${MOST_SECONDS} s; 1`,
  seeds: 1,
  async run() {
    const scenario = await scenarioOf(
      "rnnlm/8xK80?layers=10&steps=20&width=1024&vocabulary=10000&objective=iteration",
    );
    const before = cpuSeconds();
    const { plan } = await plannedBy(tofu, scenario);
    const seconds = cpuSeconds() - before;
    const all = scenario.graph.parameterBytes.reduce((sum, bytes) => sum + bytes, 0);
    const share = weightsOn(scenario, plan) / (all / 8);
    return {
      measured: `${seconds.toFixed(1)} s for ${scenario.graph.opCount} ops; ${share.toFixed(4)}`,
      passed: seconds < MOST_SECONDS && Math.abs(share - 1) < 1e-9,
    };
  },
};

export const checks: readonly SystemCheck[] = [oneLevel, pairs, closedForms, recurrent];
