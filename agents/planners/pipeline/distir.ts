/**
 * DistIR (Santhanam et al., EuroMLSys 2021): a grid of data, tensor and pipeline degrees and
 * micro-batches. Each configuration is a whole program of all devices, simulated by DistIR's own
 * clocks (search/programs). Those of least latency that fit are then scored.
 *
 * A simulation of the grid counts as one private pass.
 */
import { z } from "zod";
import { insideOf, splitsInside, TENSOR } from "../../../env/model/layers/stage-families.ts";
import { planOfLayers } from "../../../env/model/layers/stage-plan.ts";
import { mayHaveMeshes } from "../../../env/model/plan/inside.ts";
import type { PipelinePlan, PipelineStage } from "../../../env/model/plan/pipeline.ts";
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PlannerModule } from "../../contract.ts";
import { yieldEvery } from "../../event-loop.ts";
import { minMaxLengths } from "../../exact/cuts/stage-cuts.ts";
import { type EqualDevices, equalDevices, slowestBytesPerUs } from "../../problems/pipeline/equal-devices.ts";
import { machineBorders } from "../../problems/pipeline/machine-borders.ts";
import { shareTimes } from "../../problems/pipeline/micro-batches.ts";
import { headSizes } from "../../problems/sharding/macros/megatron.ts";
import { runProgram } from "../../search/pipelines/programs/clocks.ts";
import { rankCosts } from "../../search/pipelines/programs/costs.ts";
import { type Degrees, degreesOf } from "../../search/pipelines/programs/degrees.ts";
import { expandedProgram } from "../../search/pipelines/programs/expand.ts";
import { unitOrders } from "../../search/pipelines/programs/unit-order.ts";
import { stageFacts } from "../../search/pipelines/stage-facts.ts";

const options = z.strictObject({
  order: z
    .enum(unitOrders)
    .default("1f1b")
    .describe("All forward passes first, or one backward pass after each forward pass."),
  top: z.int().min(1).default(5).describe("Configurations of least latency that are scored."),
});
type Options = z.infer<typeof options>;

export const distir: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "distir",
    systems: ["distir"],
    name: "DistIR",
    summary:
      "Simulates a grid of data, tensor and pipeline degrees and micro-batches, and scores the best ones.",
    searchSpace: "degrees that are powers of two and multiply to the devices; micro-batches",
    paper:
      "Santhanam, Krishna, Tomioka, Fitzgibbon, Harris: DistIR: An Intermediate Representation for Optimizing Distributed Neural Networks. EuroMLSys 2021",
    limits:
      "Its costs are the cluster's rates in its formulas, not calibrated; bandwidth is that of the slowest link. Stages are of equal " +
      "time, not of equal numbers of blocks. Weights include the optimizer's state. The tensor degree divides what divides evenly, the rest runs " +
      "on all ranks. Ranks that do the same are simulated once. Degrees are powers of two, so other numbers of accelerators leave some idle.",
  },
  traits: { answers: "pipeline", objectives: ["iteration", "throughput"], effort: "seconds", random: false },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator) {
      const all = equalDevices(scenario);
      if (typeof all === "string") return { failure: all };
      // Degrees are powers of two, so the rest of the devices is left idle.
      const on = { ...all, devices: all.devices.slice(0, 2 ** Math.floor(Math.log2(all.devices.length))) };
      const yieldNow = yieldEvery(1);
      const grid = degreesOf(on.devices.length, {
        batch: scenario.graph.batch ?? 1,
        heads: headsOf(scenario),
        stages: on.chain.count,
      });
      if (grid.length === 0)
        return {
          failure: `No degrees of a batch of ${scenario.graph.batch ?? 1} multiply to ${on.devices.length} accelerators.`,
        };
      const configure = configurations(on, given);
      const found: Simulated[] = [];
      for (const degrees of grid) {
        // The best ones are scored from the same budget.
        if (found.length > 0 && evaluator.remaining <= given.top) break;
        evaluator.pass();
        found.push(configure(degrees));
        await yieldNow();
      }
      const fitting = found.filter(({ peakBytes }) => peakBytes <= on.memoryBytes);
      const ranked = (fitting.length > 0 ? fitting : found).toSorted((a, b) => a.latencyUs - b.latencyUs);
      for (const { plan } of ranked.slice(0, given.top)) {
        evaluator.evaluate(plan);
        yield plan;
      }
      return {
        estimate: { value: ranked[0].latencyUs, unit: "us", model: "DistIR's clocks" },
        facts: [
          ...stageFacts(ranked[0].lengths, ranked[0].plan, all.devices.length),
          { name: "degrees of the first, data x tensor x pipeline", value: degreesText(ranked[0].degrees) },
          { name: "configurations", value: grid.length },
          { name: "simulated by its clocks", value: found.length },
          { name: "that fit by its count", value: fitting.length },
        ],
      };
    },
  }),
};

const degreesText = ({ data, tensor, pipeline, microBatches }: Degrees): string =>
  `${data} x ${tensor} x ${pipeline}, ${microBatches} micro-batches`;

function headsOf({ graph }: Scenario): number {
  if (!mayHaveMeshes(graph)) return 1;
  const heads = headSizes(graph);
  // A network without heads divides features; the grid then has no limit of its own.
  return heads.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...heads);
}

interface Simulated {
  readonly degrees: Degrees;
  /** Layers of each stage. */
  readonly lengths: readonly number[];
  readonly plan: PipelinePlan;
  readonly latencyUs: number;
  readonly peakBytes: number;
}

/** Builds and simulates configurations. */
function configurations(on: EqualDevices, { order }: Options): (degrees: Degrees) => Simulated {
  const { chain, devices } = on;
  const { scenario } = chain;
  const { graph, fidelity } = scenario;
  const machines = machineBorders(scenario, devices).devices;
  const bytesPerUs = slowestBytesPerUs(scenario, devices);
  return (degrees) => {
    const { lengths, plan } = planOf(on, machines, degrees, order);
    const inside: ShardingPlan = {
      kind: "sharding",
      mesh: { axes: [{ name: TENSOR, size: degrees.tensor }], devices: machines.slice(0, degrees.tensor) },
      split: plan.split ?? new Array<null>(graph.opCount).fill(null),
    };
    const program = expandedProgram({
      graph,
      stageOf: plan.stageOf,
      degrees,
      order,
      costs: rankCosts(scenario, inside, machines[0], bytesPerUs),
      optimizerSlots: fidelity.optimizerSlots,
      ranks: "first",
    });
    const { latencyUs, peakBytes } = runProgram(program);
    return { degrees, lengths, plan, latencyUs, peakBytes: Math.max(...peakBytes) };
  };
}

function planOf(
  on: EqualDevices,
  machines: readonly number[],
  { data, tensor, pipeline, microBatches }: Degrees,
  order: Options["order"],
): Pick<Simulated, "lengths" | "plan"> {
  const { chain, type } = on;
  const { forwardUs, backwardUs } = shareTimes(chain, type, 1);
  const lengths = minMaxLengths(
    forwardUs.map((us, layer) => us + backwardUs[layer]),
    pipeline,
  );
  const stageOfLayer = Int32Array.from(
    lengths.flatMap((length, stage) => new Array<number>(length).fill(stage)),
  );
  const inside = insideOf({ tensor, zero: false }, data * tensor);
  const stages = lengths.map((_, stage): PipelineStage => {
    const first = stage * data * tensor;
    return {
      devices: machines.slice(first, first + data * tensor),
      share: "split",
      ...(inside !== null && { inside }),
    };
  });
  const schedule = { name: order === "fifo" ? "gpipe" : "1f1b" };
  const plan = planOfLayers(chain, stageOfLayer, { stages, microBatches, schedule });
  const split = splitsInside(chain.scenario.graph, plan.stageOf, stages);
  return { lengths, plan: split === undefined ? plan : { ...plan, stages, split } };
}
