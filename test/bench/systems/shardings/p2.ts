/** P2's lines "works in the gym when": matrices, programs on whole numbers, closed forms. */
import {
  parallelismMatrices,
  placesOf,
} from "../../../../agents/exact/sharding/meshes/parallelism-matrices.ts";
import {
  bestProgram,
  programCost,
  reductionPrograms,
} from "../../../../agents/exact/sharding/meshes/reduction-programs.ts";
import { stepPrice } from "../../../../agents/problems/sharding/reductions/step-times.ts";
import type { Cluster } from "../../../../env/index.ts";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import { afterProgram, isReduced } from "../../../../env/model/layout/reductions/contexts.ts";
import { reductionLevels } from "../../../../env/model/layout/reductions/hierarchy.ts";
import {
  memberCount,
  possibleSteps,
  programText,
  type ReductionProgram,
} from "../../../../env/model/layout/reductions/steps.ts";
import { executed } from "../../../env/model/layout/reductions/executed.ts";
import { programUs } from "../../../env/sim/lower/collectives/program-time.ts";
import { machinesWithCards } from "../../../env/sim/lower/machines.ts";
import type { SystemCheck } from "../check.ts";
import { cases, offBy, percent } from "../pipelines/figures.ts";

const COUNTS: readonly (readonly [readonly number[], readonly number[], number])[] = [
  [[4, 16], [16, 4], 3],
  [[2, 8], [4, 4], 2],
  [[4, 8], [8, 4], 3],
  [[2, 2, 4], [4, 2, 2], 7],
  [[4, 16], [4, 4, 4], 6],
  [[2, 16], [32], 1],
];

const matrices: SystemCheck = {
  system: "p2",
  check: "parallelism matrices of the sheet's six hierarchies, with the products of all rows and columns",
  target: "3, 2, 3, 7, 6 and 1 matrices, all products right",
  seeds: 1,
  async run() {
    let wrong = 0;
    const found = COUNTS.map(([levels, axes]) => {
      const all = [...parallelismMatrices(levels, axes)];
      for (const matrix of all) {
        const columns = levels.map((_, level) => memberCount(matrix.map((row) => row[level])));
        if (matrix.map(memberCount).join() !== axes.join() || columns.join() !== levels.join()) wrong++;
      }
      return all.length;
    });
    const isRight = found.every((count, i) => count === COUNTS[i][2]);
    return {
      measured: `${found.join(", ")} matrices, ${wrong} with a wrong product`,
      passed: isRight && wrong === 0,
    };
  },
};

const LEVELS = [[4], [2, 2], [2, 4], [3, 2], [2, 2, 2]] as const;
const DRAWN = 300;

const programs: SystemCheck = {
  system: "p2",
  check: `synthesised programs of at most 5 steps on 5 hierarchies, run on whole numbers; ${DRAWN} drawn sequences of steps beside them`,
  target: "the exact sum on every member; drawn sequences are refused where they leave another number",
  seeds: DRAWN,
  async run() {
    let count = 0;
    let wrong = 0;
    for (const levels of LEVELS)
      for (const program of reductionPrograms(levels, levels.length === 3 ? 4 : 5)) {
        count++;
        if (!leavesSums(levels, program)) wrong++;
      }
    let refused = 0;
    let accepted = 0;
    for (const rng of cases("p2", DRAWN)) {
      const levels = LEVELS[rng.int(LEVELS.length)];
      const steps = possibleSteps(levels);
      const drawn = Array.from({ length: 1 + rng.int(3) }, () => steps[rng.int(steps.length)]);
      const state = afterProgram(levels, drawn);
      const isTaken = state !== null && isReduced(state);
      if (isTaken) accepted++;
      else if (!leavesSums(levels, drawn)) refused++;
      if (isTaken && !leavesSums(levels, drawn)) wrong++;
    }
    return {
      measured: `${count} programs and ${accepted} drawn sequences leave the sum, ${wrong} taken ones do not; ${refused} wrong ones are refused`,
      passed: wrong === 0 && refused > 0,
    };
  },
};

function leavesSums(levels: readonly number[], program: ReductionProgram): boolean {
  const count = memberCount(levels);
  const numbers = Array.from({ length: count }, (_, member) =>
    Array.from({ length: count }, (__, element) => 7 ** element + 100 * member),
  );
  const sums = numbers[0].map((_, element) => numbers.reduce((sum, row) => sum + row[element], 0));
  return executed(levels, program, numbers).every((row) => row.join() === sums.join());
}

const BYTES = 1e9;
const flatOver = (levels: readonly number[]): ReductionProgram => [
  { collective: "all-reduce", from: 0, to: levels.length, leadersOnly: false },
];

function timesOf(cluster: Cluster, mesh: Mesh, steps: ReductionProgram): readonly [number, number] {
  const levels = reductionLevels(cluster, mesh, [0]);
  const price = stepPrice(cluster, mesh, levels, { axes: [0], bytes: BYTES, count: 1 });
  return [programCost(levels, steps, price), programUs(cluster, mesh, { steps, bytes: BYTES })];
}

const hierarchical: SystemCheck = {
  system: "p2",
  check:
    "4 machines of 8 GPUs, 100 GB/s inside, a card of 10 GB/s for each machine or each GPU: the best program beside one ring",
  target: "reduce-scatter, all-reduce, all-gather; 1.157 and 5.345 times as fast, within 1%",
  seeds: 1,
  async run() {
    const mesh = { axes: [{ name: "data", size: 32 }], devices: Array.from({ length: 32 }, (_, d) => d) };
    const levels = [4, 8];
    const found = [true, false].map((shared) => {
      const speeds = { insideBytesPerUs: 1e5, betweenBytesPerUs: 1e4, shared };
      const cluster = machinesWithCards([8, 8, 8, 8], speeds);
      const price = stepPrice(cluster, mesh, levels, { axes: [0], bytes: BYTES, count: 1 });
      const { program } = bestProgram(levels, price);
      const [one, best] = [timesOf(cluster, mesh, flatOver(levels)), timesOf(cluster, mesh, program)];
      return { text: programText(program), estimated: one[0] / best[0], simulated: one[1] / best[1] };
    });
    const ratios = found.map(
      ({ estimated, simulated }) => `${estimated.toFixed(3)} (simulated ${simulated.toFixed(3)})`,
    );
    const off = Math.max(
      ...[1.157, 5.345].flatMap((ratio, i) => [
        offBy(found[i].estimated, ratio),
        offBy(found[i].simulated, ratio),
      ]),
    );
    const isFound = found.every(
      ({ text }) => text === "reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2",
    );
    return {
      measured: `${found[0].text}: ${ratios.join(" and ")} times as fast, at most ${percent(off)} off`,
      passed: isFound && off <= 0.01,
    };
  },
};

const placements: SystemCheck = {
  system: "p2",
  check:
    "an axis of 4 on 4 machines of 16 GPUs, 300 GB/s inside, one card of 12.5 GB/s for 16 groups: worst over best placement",
  target: "384",
  seeds: 1,
  async run() {
    const speeds = { insideBytesPerUs: 3e5, betweenBytesPerUs: 12.5e3, shared: true };
    const cluster = machinesWithCards([16, 16, 16, 16], speeds);
    const axes = [
      { name: "data", size: 4 },
      { name: "model", size: 16 },
    ];
    const times = [...parallelismMatrices([4, 16], [4, 16])].map((matrix) => {
      const mesh = { axes, devices: [...placesOf(matrix)] };
      const levels = reductionLevels(cluster, mesh, [0]);
      const several = [...levels.keys()].filter((level) => levels[level] > 1);
      const [from, to] = [several[0], several[several.length - 1] + 1];
      return timesOf(cluster, mesh, [{ collective: "all-reduce", from, to, leadersOnly: false }]);
    });
    const [estimated, simulated] = [0, 1].map((at) => {
      const own = times.map((pair) => pair[at]);
      return Math.max(...own) / Math.min(...own);
    });
    return {
      measured: `${estimated.toFixed(2)} by the estimate, ${simulated.toFixed(2)} simulated, of ${times.length} placements`,
      passed: offBy(estimated, 384) < 1e-6 && offBy(simulated, 384) < 1e-6,
    };
  },
};

export const checks: readonly SystemCheck[] = [matrices, programs, hierarchical, placements];
