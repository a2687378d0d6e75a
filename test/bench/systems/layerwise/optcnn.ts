/**
 * OptCNN's lines "works in the gym when". Tables of whole networks are those of PaSE's released
 * code. AlexNet and Inception-v3 are its networks, VGG-16 is ours in its layers.
 */
import { solveByElimination } from "../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { enumerateLabels } from "../../../../agents/exact/sharding/labels/enumeration.ts";
import { machineOf } from "../../../../agents/exact/sharding/labels/pase/machine.ts";
import { paseProblem } from "../../../../agents/exact/sharding/labels/pase/tables.ts";
import { solveByReduction } from "../../../../agents/exact/sharding/labels/reduction.ts";
import { optcnn } from "../../../../agents/planners/sharding/labels/optcnn.ts";
import { alexnet } from "../../../golden/checks/pase/alexnet.ts";
import { inception3 } from "../../../golden/checks/pase/inception3.ts";
import { vgg16 } from "../../../golden/checks/pase/vgg16.ts";
import { cpuSeconds } from "../../cpu-seconds.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { cases } from "../pipelines/figures.ts";
import { scenarioOf } from "../runs.ts";
import { seriesParallelProblem } from "./drawn-labels.ts";
import { dividedBy, plannedBy } from "./plans.ts";

const GRAPHS = 1000;
const MOST_SECONDS = 5;

const bruteForce: SystemCheck = {
  system: "optcnn",
  check: `elimination against all labelings, ${GRAPHS} drawn series-parallel graphs of at most 7 layers with at most 6 configurations`,
  target: "equal cost on all, and at most 2 nodes remain",
  seeds: 1,
  async run(scale) {
    const problems = cases("optcnn", seedCount(GRAPHS, scale)).map((rng) =>
      seriesParallelProblem(rng, { layers: 7, labels: 6 }),
    );
    let [equal, mostLeft] = [0, 0];
    for (const problem of problems) {
      const found = solveByReduction(problem);
      if (found.kind !== "solved") continue;
      if (found.cost === enumerateLabels(problem).cost) equal++;
      mostLeft = Math.max(mostLeft, found.remaining);
    }
    return {
      measured: `equal on ${equal} of ${problems.length}, at most ${mostLeft} nodes remain`,
      passed: equal === problems.length && mostLeft <= 2,
    };
  },
};

/** PaSE's defaults, batch 128 on 8 devices. */
const onEight = (network: ReturnType<typeof alexnet>) =>
  paseProblem(network, { machine: machineOf({ tflops: 10, gbps: 16 }), devices: 8, cutoff: 4 });

const againstPase: SystemCheck = {
  system: "optcnn",
  check:
    "elimination against PaSE's program on the same tables: AlexNet, VGG-16 and Inception-v3 on 8 devices",
  target: "equal cost; 2 nodes remain",
  seeds: 1,
  async run() {
    const networks = { AlexNet: alexnet(128), "VGG-16": vgg16(128), "Inception-v3": inception3(128) };
    let isMet = true;
    const parts = Object.entries(networks).map(([name, network]) => {
      const problem = onEight(network);
      const [reduced, eliminated] = [solveByReduction(problem), solveByElimination(problem)];
      const isEqual =
        reduced.kind === "solved" && eliminated.kind === "solved" && reduced.cost === eliminated.cost;
      isMet &&= isEqual && reduced.remaining === 2;
      return `${name}: ${isEqual ? "equal" : "not equal"}, ${reduced.remaining} of ${problem.nodes.length} nodes remain`;
    });
    return { measured: parts.join("; "), passed: isMet };
  },
};

const vggOnSlowLinks: SystemCheck = {
  system: "optcnn",
  check: "VGG-16 on 4 P100 behind PCIe: what divides convolutions and the two large dense layers",
  target: "samples for all convolutions, channels for the dense layers",
  seeds: 1,
  async run() {
    const scenario = await scenarioOf("vgg-16/4xP100?objective=iteration");
    const { plan } = await plannedBy(optcnn, scenario, { axes: 1 });
    const { names } = scenario.graph;
    const convolutions = names.filter((name) => name.endsWith("/conv"));
    const bySamples = convolutions.filter((name) => dividedBy(scenario, plan, name) === "batch");
    const dense = ["hidden_1/matmul", "hidden_2/matmul"].map((name) => dividedBy(scenario, plan, name));
    return {
      measured: `${bySamples.length} of ${convolutions.length} convolutions by samples, dense layers by ${dense.join(" and ")}`,
      passed: bySamples.length === convolutions.length && dense.every((by) => by === "feature"),
    };
  },
};

const time: SystemCheck = {
  system: "optcnn",
  check: "CPU time of tables and elimination of Inception-v3 with PaSE's configurations for 8 devices",
  target: `under ${MOST_SECONDS} s`,
  seeds: 1,
  async run() {
    const before = cpuSeconds();
    const problem = onEight(inception3(128));
    const found = solveByReduction(problem);
    const seconds = cpuSeconds() - before;
    const most = Math.max(...problem.nodes.map(({ length }) => length));
    return {
      measured: `${seconds.toFixed(2)} s for ${problem.nodes.length} layers of at most ${most} configurations`,
      passed: found.kind === "solved" && seconds < MOST_SECONDS,
    };
  },
};

export const checks: readonly SystemCheck[] = [bruteForce, againstPase, vggOnSlowLinks, time];
