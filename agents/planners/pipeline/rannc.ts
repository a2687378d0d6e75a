/**
 * RaNNC's planner (Tanaka et al., IPDPS 2021): merges layers to blocks, then cuts blocks into
 * stages with replicas, for copies of the pipeline on groups of nodes (exact/stages/rannc).
 *
 * The plan fills and drains with a flush. With more than one micro-batch all stages compute their
 * activations again. Copies of the pipeline are replicas too: with R copies a stage has R times the
 * replicas that it has in one, copy by copy. All replicas split each micro-batch. A copy's part of
 * it is the same in all stages, so activations stay within a copy.
 */
import { z } from "zod";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import type { PlannerModule } from "../../contract.ts";
import { paretoStages } from "../../exact/stages/rannc/pareto-program.ts";
import { type RanncPlan, ranncPlan } from "../../exact/stages/rannc/planner.ts";
import { type RanncScenario, ranncScenario } from "../../exact/stages/rannc/scenario-problem.ts";
import { ranncStages } from "../../exact/stages/rannc/stage-program.ts";
import { type EqualDevices, equalDevices } from "../../problems/pipeline/equal-devices.ts";
import { unequalNodes } from "../../problems/pipeline/equal-nodes.ts";
import { type MachineBorders, machineBorders } from "../../problems/pipeline/machine-borders.ts";
import { powersOfTwo } from "../../problems/pipeline/micro-batches.ts";
import { planWithin } from "../../problems/pipeline/within-memory.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  mode: z
    .enum(["paper", "code"])
    .default("paper")
    .describe(
      "Bandwidths and all memory of the cluster, or constants and stored values of the released program.",
    ),
  labels: z
    .enum(["one", "pareto"])
    .default("one")
    .describe("Slowest passes that the stage program keeps: one pair, as released, or all that may be best."),
  search: z
    .enum(["first", "all"])
    .default("first")
    .describe("Ends at the fewest stages that fit, as released by default, or tries all numbers."),
  blocks: z.int().min(1).max(64).default(32).describe("Blocks that the graph is merged to, at most."),
  microBatches: z
    .int()
    .min(0)
    .default(0)
    .describe("Micro-batches of a batch; 0 takes the number of least estimate of powers of two up to 32."),
});

type Options = z.infer<typeof options>;

/** Longer chains are merged first: blocks take time in the square of the layers. */
const MOST_LAYERS = 2048;
const MOST_MICRO_BATCHES = 32;

const GIB_PER_S = 1024 ** 3 / 1e6;
/** Constants of the released program. */
const RELEASED = {
  transferBytesPerUs: 20 * GIB_PER_S,
  allReduceBytesPerUs: 10 * GIB_PER_S,
  memoryShare: 0.9,
} as const;

export const rannc: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "rannc",
    systems: ["rannc"],
    name: "RaNNC",
    summary: "Merges layers to blocks, and cuts these into the fewest replicated stages that fit the memory.",
    searchSpace: "stages of blocks in a topological order; power-of-two replicas; micro-batches; copies",
    paper:
      "Tanaka, Taura, Hanawa, Torisawa: Automatic Graph Partitioning for Very Large-scale Deep Learning. IPDPS 2021",
    limits:
      "Costs of blocks add up, where RaNNC measures merged ones. Uncoarsening, off as released, is left out. A plan has no " +
      "copies of operations, so what several stages compute of weights alone is in the first and sent. It needs equal nodes, " +
      "and uses all devices or none. All-reduce is bytes over bandwidth in both modes. What the paper's own program stores " +
      "was not checked: mode=paper stores what it compares.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  refuses(scenario) {
    const unequal = unequalNodes(scenario);
    return unequal === null ? null : `RaNNC plans for equal nodes of equal accelerators, but ${unequal}.`;
  },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const on = equalDevices(scenario, MOST_LAYERS);
      if (typeof on === "string") return { failure: on };
      const machines = machineBorders(scenario, on.devices);
      const { found } = yield* planWithin(evaluator, {
        // The planner chooses among all numbers itself, so that each call sees them all.
        microBatches: [given.microBatches],
        find: (_, memoryShare) => candidate(on, machines, given, memoryShare),
        planOf: (each) => planOf(on, machines, each),
      });
      if (found === null)
        return {
          failure: "No stages fit the memory with all accelerators in use, a power of two for each stage.",
        };
      const { plan, blocks } = found;
      const stageOf = stageOfLayers(found);
      const replicas = plan.stages.map(({ devices }) => devices * plan.shape.copies);
      return {
        estimate: { value: found.estimateUs, unit: "us", model: "RaNNC's estimated time" },
        facts: [
          ...stageFacts(
            plan.stages.map((_, stage) => stageOf.filter((of) => of === stage).length),
            planOf(on, machines, found),
            on.devices.length,
          ),
          { name: "blocks", value: blocks.layers.length },
          { name: "replicas of each stage", value: replicas.join(", ") },
          { name: "copies of the pipeline", value: plan.shape.copies },
          { name: "recomputes", value: plan.shape.microBatches > 1 ? "yes" : "no" },
        ],
      };
    },
  }),
};

interface Candidate {
  readonly blocks: RanncScenario;
  readonly plan: RanncPlan;
  readonly estimateUs: number;
}

/** Null where nothing fits. */
function candidate(
  on: EqualDevices,
  machines: MachineBorders,
  { mode, labels, search, blocks: target, microBatches }: Options,
  memoryShare: number,
): Candidate | null {
  const nodes = machines.ends.length;
  const isReleased = mode === "code";
  const batch = on.chain.scenario.graph.batch ?? MOST_MICRO_BATCHES;
  const powers = powersOfTwo(MOST_MICRO_BATCHES).filter((number) => number <= batch);
  const tried = microBatches === 0 ? powers : [microBatches];
  const { insideBytesPerUs, acrossBytesPerUs } = machines;
  const blocks = ranncScenario(on, {
    target,
    deviceBytes: on.memoryBytes * memoryShare * (isReleased ? RELEASED.memoryShare : 1),
    mostMicroBatches: Math.max(...tried),
    transferBytesPerUs: (copies) => {
      if (isReleased) return RELEASED.transferBytesPerUs;
      return copies === nodes ? insideBytesPerUs : acrossBytesPerUs;
    },
    allReduceBytesPerUs: isReleased ? RELEASED.allReduceBytesPerUs : acrossBytesPerUs,
  });
  const stored = isReleased ? "released" : "compared";
  const plan = ranncPlan(
    blocks.problem,
    { nodes, devicesPerNode: on.devices.length / nodes },
    {
      search,
      microBatches: tried,
      program: labels === "pareto" ? paretoStages : (problem, shape) => ranncStages(problem, shape, stored),
    },
  );
  return plan === null ? null : { blocks, plan, estimateUs: plan.estimatedUs };
}

function stageOfLayers({ blocks, plan }: Candidate): Int32Array {
  return blocks.blockOf.map((block) => plan.stages.findIndex(({ end }) => block < end));
}

/** Stages of a copy take the next devices of its nodes. */
function planOf({ chain }: EqualDevices, { devices }: MachineBorders, found: Candidate) {
  const { shape, stages } = found.plan;
  let taken = 0;
  const placed = stages.map(({ devices: count }) => {
    const first = taken;
    taken += count;
    const ofCopy = (_: unknown, copy: number) => {
      const start = copy * shape.devices + first;
      return devices.slice(start, start + count);
    };
    return { devices: Array.from({ length: shape.copies }, ofCopy).flat(), share: "split" as const };
  });
  return planOfLayers(chain, stageOfLayers(found), {
    stages: placed,
    microBatches: shape.microBatches,
    schedule: { name: "gpipe" },
    recomputedLayers: new Uint8Array(chain.count).fill(Number(shape.microBatches > 1)),
  });
}
