/**
 * DAPPLE's planner (Fan et al., PPoPP 2021): stages, replicas and device sets on machines of equal
 * accelerators (exact/stages/dapple). By the article's search and pivot latency, or as the released
 * planner finds and scores plans.
 *
 * Machines are the first level of the cluster. Bandwidths inside and across are those of its
 * slowest links; the released planner has constants instead. Only `mode=paper` heeds memory:
 * weights, gradients, optimizer and the activations of the micro-batches in flight.
 */
import { z } from "zod";
import { stagePlan } from "../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../contract.ts";
import { type DappleLinks, deviceSet } from "../../exact/stages/dapple/machines.ts";
import { type DappleQuestion, dapplePlan } from "../../exact/stages/dapple/planner.ts";
import { type ReleasedPlan, releasedPlans } from "../../exact/stages/dapple/released-planner.ts";
import { type DappleCase, dataParallelSpeedup } from "../../exact/stages/dapple/released-score.ts";
import { type EqualDevices, equalDevices } from "../../problems/pipeline/equal-devices.ts";
import { type MachineBorders, machineBorders } from "../../problems/pipeline/machine-borders.ts";
import { microBatchChoices, mostMicroBatches, shareTimes } from "../../problems/pipeline/micro-batches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { prefixSums } from "../../problems/prefix-sums.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";
import { microBatchesOption } from "./micro-batches-option.ts";

const options = z.strictObject({
  mode: z
    .enum(["paper", "code"])
    .default("paper")
    .describe("The article's search by pivot latency, or the plans and score of the released planner."),
  schedule: z
    .enum(["dapple-pa", "dapple-pb"])
    .default("dapple-pa")
    .describe("Early backward after S - s forwards at stage s of S, or after 2 (S - s) - 1."),
  microBatches: microBatchesOption,
  layers: z
    .int()
    .min(1)
    .max(192)
    .default(32)
    .describe("Most layers that the graph is merged to; the search grows with their square."),
});

type Options = z.infer<typeof options>;

/** The search tries all numbers of devices for every stage and for every use of the machines. */
const MOST_DEVICES = 32;

export const dapple: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "dapple",
    systems: ["dapple"],
    name: "DAPPLE",
    summary: "Cuts into replicated stages on whole or shared machines, by the latency around a pivot stage.",
    searchSpace: "contiguous stages with replicas that split micro-batches; devices by three policies",
    paper:
      "Fan, Rong, Meng, Cao, Wang, Zheng, Wu, Long, Yang, Xia, Diao, Liu, Lin: DAPPLE: A Pipelined Data Parallel Approach for " +
      "Training Large Models. PPoPP 2021",
    limits:
      `It assumes equal accelerators, at most ${MOST_DEVICES}. Bandwidths come from the cluster, not from the released ` +
      "constants. The memo of one prefix for each state may miss the best plan. mode=code ignores memory, and leaves out " +
      "plans of the released planner whose stages share a device.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario, given.layers);
      if (typeof on === "string") return { failure: on };
      if (on.devices.length > MOST_DEVICES)
        return { failure: `DAPPLE's search takes too long for more than ${MOST_DEVICES} accelerators.` };
      const machines = machineBorders(scenario, on.devices);
      const find = given.mode === "paper" ? paperCandidate : releasedCandidate;
      const { found } = yield* planWithin(evaluator, {
        microBatches: microBatchChoices(scenario, given.microBatches),
        find: (microBatches, memoryShare) => find(on, machines, given, { microBatches, memoryShare }),
        planOf: (candidate) => planOf(on, candidate, given),
      });
      if (found === null)
        return { failure: "No stages fit the memory with the activations that DAPPLE keeps." };
      const model = given.mode === "paper" ? "DAPPLE's pivot latency" : "DAPPLE's released score";
      return {
        estimate: { value: found.estimateUs, unit: "us", model },
        facts: [
          ...stageFacts(
            found.stages.map(({ from, to }) => to - from),
            planOf(on, found, given),
            on.devices.length,
          ),
          {
            name: "replicas of each stage",
            value: found.stages.map((each) => each.devices.length).join(", "),
          },
        ],
      };
    },
  }),
};

interface Candidate {
  readonly stages: readonly { readonly from: number; readonly to: number; readonly devices: number[] }[];
  readonly microBatches: number;
  readonly estimateUs: number;
}

interface Search {
  readonly microBatches: number;
  /** Share of the memory that stages may fill. */
  readonly memoryShare: number;
}

const linksOf = ({ insideBytesPerUs, acrossBytesPerUs }: MachineBorders): DappleLinks => ({
  inside: insideBytesPerUs,
  allReduceAcross: acrossBytesPerUs,
  transferAcross: acrossBytesPerUs,
});

/** Null where nothing fits. */
function paperCandidate(
  on: EqualDevices,
  machines: MachineBorders,
  { schedule }: Options,
  { microBatches, memoryShare }: Search,
): Candidate | null {
  const { chain, type, memoryBytes } = on;
  const share = 1 / microBatches;
  const { forwardUs, backwardUs } = shareTimes(chain, type, share);
  const states = 1 + chain.scenario.fidelity.optimizerSlots;
  const fixed = prefixSums(chain.weightBytes.map((of, layer) => states * of + chain.gradientBytes[layer]));
  const kept = prefixSums(chain.keptBytes);
  const found = dapplePlan({
    chain: {
      forward: forwardUs,
      backward: backwardUs,
      weightBytes: chain.gradientBytes,
      outputBytes: chain.cutBytes.map((bytes) => bytes * share),
    },
    microBatches,
    ends: machines.ends,
    links: linksOf(machines),
    kept: 1,
    fits: (first, end, replicas, after) => {
      const warmUp = schedule === "dapple-pa" ? after + 1 : 2 * after + 1;
      const flying = (Math.min(warmUp, microBatches) * share) / replicas;
      const bytes = fixed[end] - fixed[first] + flying * (kept[end] - kept[first]);
      return bytes <= memoryBytes * memoryShare;
    },
  } satisfies DappleQuestion);
  if (found === null) return null;
  return {
    stages: found.stages.map(({ first, end, on: set }) => ({
      from: first,
      to: end,
      devices: set.devices.map((device) => machines.devices[device]),
    })),
    microBatches,
    estimateUs: found.latency,
  };
}

/** Null where there are fewer samples than copies. */
function releasedCandidate(
  on: EqualDevices,
  machines: MachineBorders,
  _: Options,
  { microBatches, memoryShare }: Search,
): Candidate | null {
  // Memory is no part of the released planner: less of it gives no other plan.
  if (memoryShare < 1) return null;
  const given = releasedCase(on, machines, microBatches);
  const { count } = given.profile;
  const plans = releasedPlans(given).filter(({ stages, speedup }) => {
    const used = stages.flatMap((stage) => stage.on.devices);
    return speedup > 0 && new Set(used).size === used.length;
  });
  const all = deviceSet([...machines.devices.keys()], machines.ends);
  const parallel: Pick<ReleasedPlan, "speedup" | "stages"> = {
    speedup: dataParallelSpeedup(given, all),
    stages: [{ first: 0, last: count - 1, replicas: all.devices.length, on: all }],
  };
  const found = plans.reduce<Pick<ReleasedPlan, "speedup" | "stages">>(
    (best, plan) => (plan.speedup >= best.speedup ? plan : best),
    parallel,
  );
  const { batch, microBatch } = given.batch;
  const copies = plans.find((plan) => plan === found)?.copies ?? 1;
  return {
    stages: found.stages.map(({ first, last, on: set }, s) => ({
      from: first,
      to: s === found.stages.length - 1 ? count : last,
      devices: set.devices.map((device) => machines.devices[device]),
    })),
    microBatches: found === parallel ? 1 : Math.max(1, Math.floor(Math.floor(batch / copies) / microBatch)),
    estimateUs: given.profile.time[count - 1] / found.speedup,
  };
}

/** Each layer is a state that all earlier ones precede. */
function releasedCase(
  { chain, type }: EqualDevices,
  machines: MachineBorders,
  microBatches: number,
): DappleCase {
  const { forwardUs, backwardUs } = shareTimes(chain, type, 1);
  const batch = chain.scenario.graph.batch ?? mostMicroBatches(chain.scenario);
  return {
    profile: {
      count: chain.count,
      time: prefixSums(forwardUs.map((us, layer) => us + backwardUs[layer])).subarray(1),
      weightBytes: prefixSums(chain.gradientBytes).subarray(1),
      outputBytes: chain.cutBytes,
      predecessors: Array.from({ length: chain.count }, (_, j) => [...new Int32Array(j).keys()]),
    },
    batch: { profiled: batch, batch, microBatch: Math.max(1, Math.floor(batch / microBatches)) },
    links: linksOf(machines),
    ends: machines.ends,
  };
}

function planOf({ chain }: EqualDevices, { stages, microBatches }: Candidate, { schedule }: Options) {
  return stagePlan(chain, {
    stages: stages.map((stage) => ({ ...stage, share: "split" as const })),
    microBatches,
    schedule: { name: schedule },
  });
}
