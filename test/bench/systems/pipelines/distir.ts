/** Lines of DistIR (Santhanam et al., EuroMLSys 2021; shared sheet). */

import { runProgram } from "../../../../agents/search/pipelines/programs/clocks.ts";
import { degreesOf } from "../../../../agents/search/pipelines/programs/degrees.ts";
import { expandedProgram } from "../../../../agents/search/pipelines/programs/expand.ts";
import { checkTypes } from "../../../../agents/search/pipelines/programs/program.ts";
import { tensorRegions } from "../../../../env/model/layers/tensor-regions.ts";
import { replicatedPlan } from "../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { numbersIn } from "../../../agents/search/pipelines/programs/execute-program.ts";
import { expansionOf, network, shapes } from "../../../agents/search/pipelines/programs/small-expansions.ts";
import {
  BACKWARD,
  FORWARD,
  KEPT,
  pipeline,
  randomProgram,
} from "../../../agents/search/pipelines/programs/small-programs.ts";
import { execute } from "../../../env/sim/lower/sharding/execute.ts";
import { type SystemCheck, seedCount } from "../check.ts";

const system = "distir";
const PROGRAMS = 1000;

/** Devices, samples, heads, configurations. */
const COUNTS = [
  [4, 64, 16, 20],
  [4, 256, 16, 24],
  [8, 64, 16, 36],
  [8, 256, 16, 45],
  [16, 64, 16, 55],
  [16, 256, 16, 71],
  [16, 64, 12, 54],
  [16, 256, 12, 70],
] as const;

export const checks: readonly SystemCheck[] = [
  {
    system,
    check: "configurations on 4, 8 and 16 devices with 64 and 256 samples and 16 heads; with 12 heads on 16",
    target: "20 / 24, 36 / 45, 55 / 71; 54 / 70; degrees multiply to the devices",
    seeds: 1,
    async run() {
      const grids = COUNTS.map(([world, batch, heads]) => degreesOf(world, { batch, heads }));
      const multiplied = grids.every((grid, i) =>
        grid.every(({ data, tensor, pipeline: stages }) => data * tensor * stages === COUNTS[i][0]),
      );
      return {
        measured: `${grids.map(({ length }) => length).join(", ")}; ${multiplied ? "all" : "not all"} multiply`,
        passed: multiplied && grids.every(({ length }, i) => length === COUNTS[i][3]),
      };
    },
  },
  {
    system,
    check: "2 equal stages, 4 micro-batches, free sends: latency and the first stage's peak, fifo and 1f1b",
    target: "(M + S - 1)(forward + backward) for both; M activations, then S",
    seeds: 1,
    async run() {
      const [fifo, alternating] = (["fifo", "1f1b"] as const).map((order) =>
        runProgram(pipeline(2, 4, order)),
      );
      const kept = [fifo, alternating].map(({ peakBytes }) => peakBytes[0] / KEPT);
      const passes = [fifo, alternating].map(({ latencyUs }) => latencyUs / (FORWARD + BACKWARD));
      return {
        measured: `${passes.join(" and ")} times both passes; ${kept.join(" and ")} activations`,
        passed: passes.join() === "5,5" && kept.join() === "4,2",
      };
    },
  },
  {
    system,
    check:
      "an op with inputs on two devices; D, H, P and D x H x P transforms of an MLP executed on whole numbers",
    target: "refused; equal to one device, gradients included",
    seeds: 1,
    async run() {
      const values = [0, 1, 0].map((device) => ({ device, bytes: 1 }));
      const op = { kind: "compute" as const, op: 0, microBatch: 0, inputs: [0, 1], outputs: [2], us: 1 };
      let refused = "";
      try {
        checkTypes({ devices: 2, values, ops: [op], given: [] });
      } catch (error) {
        refused = (error as Error).message;
      }
      const one = replicatedPlan(network.graph, { axes: [{ name: "one", size: 1 }], devices: [0] });
      const none = { name: "none", devices: [], links: [], routes: [] };
      const expected = execute(network, shardedProgram({ graph: network.graph, cluster: none }, one));
      let equal = 0;
      for (const [degrees, order] of shapes) {
        const program = expandedProgram(expansionOf(degrees, "all", order));
        checkTypes(program);
        const found = numbersIn(
          network,
          program,
          degrees,
          tensorRegions(network.graph, degrees.tensor).dimension,
        );
        equal += Number([...found].every(([name, own]) => own.join() === expected.get(name)?.join()));
      }
      return {
        measured: `"${refused}"; equal in ${equal} of ${shapes.length} programs`,
        passed: refused !== "" && equal === shapes.length,
      };
    },
  },
  {
    system,
    check: "peak memory of random programs against a replayed log of allocations",
    target: "equal on all of 1,000",
    seeds: 1,
    async run(scale) {
      const count = seedCount(PROGRAMS, scale);
      let equal = 0;
      for (let seed = 0; seed < count; seed++) {
        const program = randomProgram(seed, 1 + (seed % 40));
        const [held, most] = [new Float64Array(program.devices), new Float64Array(program.devices)];
        const { peakBytes } = runProgram(program, (device, bytes) => {
          held[device] += bytes;
          most[device] = Math.max(most[device], held[device]);
        });
        equal += Number(peakBytes.join() === most.join());
      }
      return { measured: `${equal} of ${count}`, passed: equal === count };
    },
  },
];
