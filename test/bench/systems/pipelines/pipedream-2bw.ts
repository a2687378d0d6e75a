/** The lines "works in the gym when" of PipeDream-2BW and PipeDream-Flush. */
import fc from "fast-check";
import {
  type EqualSchedule,
  type StageSetting,
  type StageShare,
  stageBytes,
} from "../../../../agents/exact/stages/equal-stages/stage-memory.ts";
import { widthDepthPlan } from "../../../../agents/exact/stages/equal-stages/width-depth.ts";
import { makeSchedule } from "../../../../env/model/schedule/index.ts";
import { createPipelineRunner, runPipeline } from "../../../../env/sim/lower/run.ts";
import {
  randomChain,
  randomOptions,
  tryEverything,
} from "../../../agents/exact/stages/equal-stages/every-shape.ts";
import { chainScenario, pipelineOf, straightText, uniformLayers } from "../../../env/model/plan/chain.ts";
import { straightShape } from "../../../env/model/schedule/slots.ts";
import { versionUse } from "../../../env/model/schedule/versions.ts";
import type { SystemCheck } from "../check.ts";
import { offBy, range, tiny } from "./figures.ts";
import { heldBy } from "./observed-stage.ts";

const search: SystemCheck = {
  system: "pipedream-2bw",
  check: "the planner on 300 random models of 8 to 64 blocks, on 8, 16 and 64 devices",
  target: "equal to trying all (w, d, b, r)",
  seeds: 1,
  async run() {
    const given = fc.sample(fc.tuple(randomChain, randomOptions), { numRuns: 300, seed: 1 });
    let [worst, none] = [0, 0];
    const devices = new Set<number>();
    for (const [chain, options] of given) {
      const least = tryEverything(chain, options);
      devices.add(options.devices);
      if (least === Infinity) none++;
      worst = Math.max(worst, offBy(widthDepthPlan(chain, options)?.sampleUs ?? Infinity, least));
    }
    return {
      measured: `off by ${tiny(worst)} at most; nothing fits in ${none} of 300, by both`,
      passed: worst < 1e-9 && devices.size === 3,
    };
  },
};

const steady: SystemCheck = {
  system: "pipedream-2bw",
  check: "2BW on the event simulator, d of 1 to 16 equal stages, m of d to 2 d: bubble, versions, staleness",
  target: "no bubble, at most 2 versions, staleness 1 at every stage; m < d is refused",
  seeds: 1,
  async run() {
    let worst = 0;
    let [runs, versions, stale, refused] = [0, 0, 0, 0];
    for (const d of range(1, 16))
      for (const m of new Set([d, d + 1, 2 * d])) {
        runs++;
        const layer = { forwardUs: 2 * m, backwardUs: 3 * m };
        const scenario = chainScenario({ layers: uniformLayers(d, layer) });
        const { iterationUs } = runPipeline(scenario, pipelineOf(scenario, straightText(d, m, "2bw")));
        worst = Math.max(worst, offBy(iterationUs, 5 * m));
        const shape = straightShape(d, m, 5);
        const { mostHeld, staleness } = versionUse(shape, makeSchedule({ name: "2bw" }, shape));
        if (Math.max(...mostHeld) <= 2) versions++;
        // The first batch has no older weights to use.
        if (staleness.every((own) => own.slice(m).every((age) => age === 1))) stale++;
      }
    for (const d of range(2, 16))
      try {
        makeSchedule({ name: "2bw" }, straightShape(d, d - 1));
      } catch {
        refused++;
      }
    return {
      measured: `bubble ${tiny(worst)} at most; versions so in ${versions}, staleness in ${stale} of ${runs}; ${refused} of 15 refused`,
      passed: worst < 1e-12 && versions === runs && stale === runs && refused === 15,
    };
  },
};

const flush: SystemCheck = {
  system: "pipedream-2bw",
  check: "with a flush (1F1B) on the event simulator, d of 1 to 16 equal stages, m of 1 to 64",
  target: "bubble (d - 1)/(m + d - 1), stash min(m, d - s) at stage s",
  seeds: 1,
  async run() {
    let worst = 0;
    let stashes = 0;
    for (const d of range(1, 16)) {
      for (const m of range(1, 64)) {
        const layer = { forwardUs: 2, backwardUs: 3, keptBytes: m };
        const scenario = chainScenario({ layers: uniformLayers(d, layer) });
        const run = createPipelineRunner(scenario).run(pipelineOf(scenario, straightText(d, m, "1f1b")));
        worst = Math.max(worst, Math.abs(1 - 5 / run.iterationUs - (d - 1) / (m + d - 1)));
        const wanted = range(0, d - 1).map((s) => Math.min(m, d - s));
        if (String([...run.peakBytes].map(Math.round)) === String(wanted)) stashes++;
      }
    }
    return {
      measured: `bubble off by ${tiny(worst)} at most; stash so in ${stashes} of ${16 * 64}`,
      passed: worst <= 1e-12 && stashes === 16 * 64,
    };
  },
};

const SCHEDULES: readonly (readonly [EqualSchedule, string])[] = [
  ["gpipe", "gpipe"],
  ["flush", "1f1b"],
  ["2bw", "2bw"],
];

/** Whether a stage holds the tensors that the table counts: weights, activations, inputs. */
function isAsInTable(setting: StageSetting, name: string): boolean {
  const nothing = { weightBytes: 0, keptBytes: 0, inputBytes: 0 };
  // Of one byte each, so that the table counts what is held.
  const count = (share: Partial<StageShare>) => stageBytes({ ...nothing, ...share }, setting);
  const { depth: stages, stage, microBatches, recompute } = setting;
  const given = { stages, stage, microBatches, schedule: name, recompute, inputIsUsed: false };
  const { kept, inputs } = heldBy(given);
  const { weights } = heldBy({ ...given, hasWeights: true });
  return (
    weights === count({ weightBytes: 1 }) &&
    kept === count({ keptBytes: 1 }) &&
    // Without recomputation inputs are only on their way, and the first stage has none.
    (!recompute || stage === 0 || inputs === count({ inputBytes: 1 }))
  );
}

const memory: SystemCheck = {
  system: "pipedream-2bw",
  check:
    "memory table on the event simulator, 1 to 6 equal stages, m of d to d + 6; tensors on their way not counted",
  target: "weights and activations of the table to the byte, with and without recomputation",
  seeds: 1,
  async run() {
    let [compared, equal] = [0, 0];
    for (const [schedule, name] of SCHEDULES)
      for (const depth of range(1, 6))
        for (const stage of range(0, depth - 1))
          for (const microBatches of range(depth, depth + 6))
            for (const recompute of [false, true]) {
              // One buffer of gradients beside the weights.
              const setting = { schedule, stage, depth, microBatches, recompute, stateFactor: 1 };
              compared++;
              if (isAsInTable(setting, name)) equal++;
            }
    return { measured: `so in ${equal} of ${compared} stages`, passed: equal === compared };
  },
};

export const checks: readonly SystemCheck[] = [search, steady, flush, memory];
