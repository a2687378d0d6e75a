/**
 * Lines of the tensor-parallel families (Megatron-LM, Optimus, Tesseract, 3D; shared sheet). Bytes
 * are counted message by message on the engine's tasks.
 */
import { familyMesh, familyPlan } from "../../../../agents/problems/sharding/macros/family.ts";
import { megatronPlan } from "../../../../agents/problems/sharding/macros/megatron.ts";
import { meshDevices, meshOf } from "../../../../agents/problems/sharding/mesh/meshes.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import { replicatedPlan, type ZeroStage } from "../../../../env/model/plan/sharding.ts";
import { halvingDoublingAllReduce } from "../../../../env/sim/lower/collectives/halving-doubling.ts";
import { allToAll } from "../../../../env/sim/lower/collectives/pairwise.ts";
import {
  ringAllGather,
  ringAllReduce,
  ringReduceScatter,
} from "../../../../env/sim/lower/collectives/ring.ts";
import { broadcast, reduce } from "../../../../env/sim/lower/collectives/tree.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { stateBytes } from "../../../../env/sim/lower/sharding/state-bytes.ts";
import { scenarioOfUri } from "../../../../scenarios/uri.ts";
import { perceptron } from "../../../agents/problems/sharding/labels/small-networks.ts";
import { directBytes } from "../../../agents/problems/sharding/macros/direct-bytes.ts";
import { planFor, SHAPES, SMALL } from "../../../agents/problems/sharding/macros/family-shapes.ts";
import { type Collective, counted } from "../../../env/sim/lower/collectives/counted.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { execute } from "../../../env/sim/lower/sharding/execute.ts";
import { collectivesOf, runSharding, shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import type { SystemCheck } from "../check.ts";
import { tiny } from "../pipelines/figures.ts";

const system = "tensor-parallel-families";
const ELEMENTS = 5040;

/** The most that a member sends, by the table, over what it holds where it has most. */
const collectives: readonly (readonly [string, Collective, (n: number) => number])[] = [
  ["all-reduce, ring", ringAllReduce, (n) => (2 * (n - 1)) / n],
  ["all-reduce, halving-doubling", halvingDoublingAllReduce, (n) => (2 * (n - 1)) / n],
  ["reduce-scatter", ringReduceScatter, (n) => (n - 1) / n],
  ["all-gather", ringAllGather, (n) => (n - 1) / n],
  ["all-to-all", allToAll, (n) => (n - 1) / n],
  ["broadcast, tree", (steps) => broadcast(steps, [...steps.last]), (n) => Math.log2(n)],
  ["reduce, tree", (steps) => reduce(steps, [...steps.last]), () => 1],
];

export const checks: readonly SystemCheck[] = [
  {
    system,
    check: "bytes per rank of every collective for n = 2, 4, 8; of every family for 2 to 64 ranks",
    target: "equal to the table, counted by messages",
    seeds: 1,
    async run() {
      let worst = 0;
      for (const n of [2, 4, 8])
        for (const [, collective, share] of collectives) {
          const { inside } = counted(collective, { elements: ELEMENTS, sizes: [n] });
          worst = Math.max(worst, Math.abs(Math.max(...inside) - share(n) * ELEMENTS));
        }
      let families = 0;
      for (const shape of SHAPES) {
        const [widths, rows] = [[32, 64, 32, 16], 64];
        const network = perceptron(widths, rows);
        const scenario = shardedScenario(network, machines([shape.ranks]));
        const sent = new Array<number>(shape.ranks).fill(0);
        for (const each of collectivesOf(scenario, runSharding(scenario, planFor(network, shape))))
          each.sent.forEach((bytes, rank) => {
            sent[rank] += bytes;
          });
        const expected = directBytes({ widths, rows, elementBytes: 8 }, shape);
        families = Math.max(families, ...sent.map((bytes) => Math.abs(bytes - expected) / expected));
      }
      return {
        measured:
          `${collectives.length} collectives off by ${tiny(worst)} elements; every rank of ${SHAPES.length} shapes of 1D, 2D, ` +
          `2.5D and 3D off by ${tiny(families)} of the direct count`,
        passed: worst < 1e-9 && families < 1e-12,
      };
    },
  },
  {
    system,
    check:
      "collectives of a layer of GPT-2 under Megatron's layout on 2 and 4 devices, without and with sequences",
    target: "4 all-reduces of b s h e; 4 reduce-scatters and 4 all-gathers of equal bytes",
    seeds: 1,
    async run() {
      let passed = true;
      const told: string[] = [];
      for (const n of [2, 4]) {
        const scenario = scenarioOfUri("gpt2-124m/4xV100?objective=iteration&layers=3&batch=2&tokens=32");
        const devices = meshDevices(scenario).slice(0, n);
        const [plain, divided] = [false, true].map((sequences) => {
          const plan = megatronPlan(scenario.graph, meshOf(devices, [1, n]), { sequences });
          return collectivesOf(scenario, runSharding(scenario, plan)).filter(
            ({ op, purpose }) => op.startsWith("layer_1/") && purpose === "data",
          );
        });
        const bytes = (all: typeof plain) => all.reduce((sum, { sent }) => sum + Math.max(...sent), 0);
        const kinds = (all: typeof plain, kind: string) => all.filter((each) => each.kind === kind).length;
        const expected = 4 * ((2 * (n - 1)) / n) * 2 * 32 * 768 * 4;
        const counts = [kinds(divided, "reduce-scatter"), kinds(divided, "all-gather")];
        told.push(
          `n = ${n}: ${plain.length} all-reduces, ${counts[0]} and ${counts[1]}, ${bytes(divided)} bytes`,
        );
        passed &&= kinds(plain, "all-reduce") === 4 && plain.length === 4 && bytes(plain) === expected;
        passed &&= counts.join() === "4,4" && divided.length === 8 && bytes(divided) === expected;
      }
      return { measured: told.join("; "), passed };
    },
  },
  {
    system,
    check: "schedules of 1D, 2D, 2.5D and 3D executed on whole numbers, gradients and new weights included",
    target: "equal to one device",
    seeds: 1,
    async run() {
      let equal = 0;
      for (const shape of SMALL) {
        const side = shape.ranks % 3 === 0 ? 3 : 2;
        const network = perceptron([side ** 2, 2 * side, side ** 2], 2 * side ** 3);
        const none = { name: "none", devices: [], links: [], routes: [] };
        const numbers = (plan: ReturnType<typeof planFor>) =>
          JSON.stringify(
            [...execute(network, shardedProgram({ graph: network.graph, cluster: none }, plan))].sort(),
          );
        const one = { axes: [{ name: "one", size: 1 }], devices: [0] };
        equal += Number(numbers(planFor(network, shape)) === numbers(replicatedPlan(network.graph, one)));
      }
      return { measured: `equal on ${equal} of ${SMALL.length} meshes`, passed: equal === SMALL.length };
    },
  },
  {
    system,
    check: "ZeRO's memory for 7.5 B parameters in half precision with Adam on 64 ranks, stages 0 to 3",
    target: "120, 31.4, 16.6 and 1.88 GB, within 1% (from memory of the paper)",
    seeds: 1,
    async run() {
      // A product of 7.5 B weights of 2 bytes; Adam's 12 bytes are 6 of their slots.
      const ranks = 64;
      const network = perceptron([75_000, 100_000], ranks);
      const found = ([0, 1, 2, 3] as const).map((zero: ZeroStage) => {
        const mesh = familyMesh(
          Array.from({ length: ranks }, (_, d) => d),
          { family: "1d", ranks: 1, copies: ranks },
        ) as Mesh;
        const plan = { ...familyPlan(network.graph, mesh, "1d"), memory: { zero } };
        const none = { name: "none", devices: [], links: [], routes: [] };
        const program = shardedProgram({ graph: network.graph, cluster: none }, plan);
        const { weights, gradients, optimizer } = stateBytes(network.graph, program, {
          optimizerSlots: 6,
          zero,
        });
        // The numbers of this graph have 8 bytes, those of the row 2.
        return (weights + gradients + optimizer) / 4 / 1e9;
      });
      const row = [120, 31.4, 16.6, 1.88];
      return {
        measured: found.map((gb) => `${gb.toFixed(2)} GB`).join(", "),
        passed: found.every((gb, stage) => Math.abs(gb / row[stage] - 1) < 0.01),
      };
    },
  },
];
