/**
 * PipeDream's planner for straight pipelines: one stage on each accelerator, for every number of
 * accelerators. The stages come from the dynamic program over the states of the layer graph
 * (exact/intervals/interval-program.ts).
 *
 * A layer is an element (problems/elements.ts) with its forward and backward times together. Its
 * activations are the outputs of its forward ops that another layer uses. The bandwidth is that of
 * the slowest link.
 */
import { z } from "zod";
import { contract } from "../../../../env/model/layers/elements.ts";
import type { PlannerModule } from "../../../contract.ts";
import { intervalPlan } from "../../../exact/intervals/interval-program.ts";
import { intervalStates, type Layers } from "../../../exact/intervals/interval-states.ts";
import { leavingBytes } from "../../../problems/pipeline/leaving-bytes.ts";
import { commonAccelerator } from "../../../problems/split/common-accelerator.ts";
import { splitPlan } from "../../../problems/split/split-plan.ts";
import { type SplitProblem, splitProblem } from "../../../problems/split/split-problem.ts";

const options = z.strictObject({
  transfers: z
    .enum(["charged", "free"])
    .default("charged")
    .describe(
      "Whether activations between stages count in a stage's time; by default the published program leaves them out.",
    ),
  states: z.int().min(1).default(4_000).describe("States of the layer graph before the planner gives up."),
});

export const pipedreamInterval: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "pipedream-interval",
    systems: ["pipedream"],
    name: "PipeDream",
    summary:
      "Minimises the time of the slowest stage of a straight pipeline, by PipeDream's dynamic program.",
    searchSpace: "contiguous stages, one accelerator each",
    paper:
      "Narayanan, Harlap, Phanishayee, Seshadri, Devanur, Ganger, Gibbons, Zaharia: PipeDream: Generalized Pipeline Parallelism " +
      "for DNN Training. SOSP 2019",
    limits:
      "Stages are not replicated: a placement has no replicas. It assumes equal accelerators and ignores memory. Graphs with " +
      "many parallel branches have too many states.",
  },
  traits: { answers: "placement", objectives: "any", effort: "seconds", random: false, special: true },
  options,
  create: ({ transfers, states: most }) => ({
    async *plan(scenario, evaluator) {
      const problem = splitProblem(scenario, contract(scenario));
      const type = commonAccelerator(problem);
      if (type === -1) return { failure: "The cluster has no accelerator to put stages on." };
      const layers = layersOf(problem, type);
      if (layers.timeUs.includes(Number.POSITIVE_INFINITY))
        return { failure: "An op runs on none of the accelerators that PipeDream would use." };
      const states = intervalStates(layers, most);
      if (states === null)
        return { failure: `The graph has more than ${most} states; the option states=N allows more.` };

      const bytesPerUs = scenario.cluster.links.reduce(
        (least, link) => Math.min(least, link.bytesPerUs),
        Infinity,
      );
      let estimate = Number.POSITIVE_INFINITY;
      for (let machines = 1; machines <= problem.types[type].devices.length; machines++) {
        const found = intervalPlan(states, {
          levels: [{ machines, bytesPerUs }],
          mode: "code",
          transfers,
          replicas: "one",
        });
        if (found === null || found.timeUs >= estimate) continue;
        estimate = found.timeUs;
        const plan = splitPlan(
          problem,
          found.stages.map((stage) => ({ type, elements: stage.layers })),
        );
        evaluator.evaluate(plan);
        yield plan;
      }
      return { estimate: { value: estimate, unit: "us", model: "slowest stage by PipeDream's program" } };
    },
  }),
};

function layersOf(problem: SplitProblem, type: number): Layers {
  const { scenario, elements, types, timeUs, memoryBytes } = problem;
  return {
    count: elements.count,
    successors: elements.successors,
    timeUs: Float64Array.from({ length: elements.count }, (_, v) => timeUs[v * types.length + type]),
    weightBytes: memoryBytes,
    activationBytes: leavingBytes(scenario, elements.of, elements.count),
  };
}
