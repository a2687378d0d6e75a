/** Lines of Adaptive Paddle (Ao et al., arXiv 2112.02752; shared sheet). */
import { gspmd } from "../../../../agents/planners/sharding/gspmd.ts";
import { paddleAdaptive } from "../../../../agents/planners/sharding/paddle-adaptive.ts";
import { megatronPlan } from "../../../../agents/problems/sharding/macros/megatron.ts";
import { mappedRanks, rankTraffic } from "../../../../agents/search/sharding/rank-mapping.ts";
import { validatePlan } from "../../../../env/index.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { runPlanner } from "../../../agents/planners/run-planner.ts";
import { blockScenario, perceptron } from "../../../agents/problems/sharding/labels/small-networks.ts";
import { climbedAll } from "../../../agents/search/sharding/four-ops.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import type { SystemCheck } from "../check.ts";

const system = "paddle-adaptive";

export const checks: readonly SystemCheck[] = [
  {
    system,
    check: "climbs of patience 200 from 20 random starts on programs of 4 ops and a mesh of 2 x 2",
    target: "never a rise; the optimum of all mappings",
    seeds: 1,
    async run() {
      const cases = [climbedAll(8, 4, [2, 2], 20), climbedAll(4, 16, [2, 2], 20)];
      return {
        measured: cases
          .map(({ found, optimum, risen }) => `${found} us of ${optimum}, ${risen} rises`)
          .join("; "),
        passed: cases.every(({ found, optimum, risen }) => found === optimum && risen === 0),
      };
    },
  },
  {
    system,
    check: "completion of hints on an MLP and on attention beside GSPMD's; hints that differ",
    target: "equal splits; an error that names both",
    seeds: 1,
    async run() {
      const cases = [
        [shardedScenario(perceptron([32, 64, 32], 24), machines([4])), "x:b:x"],
        [blockScenario({ b: 4, s: 4, h: 8, a: 4, d: 2, f: 16 }, 4), "q:a:x,inner:f:x"],
      ] as const;
      const divided = (plan: ShardingPlan) =>
        JSON.stringify(plan.split.map((own) => (own?.some((axes) => axes.length > 0) ? own : null)));
      let equal = 0;
      for (const [scenario, hints] of cases) {
        const { last } = await runPlanner(gspmd, scenario, { options: { annotations: hints } });
        const given = { options: { start: "hints", hints }, evaluations: 1 };
        const { meter } = await runPlanner(paddleAdaptive, scenario, given);
        equal += Number(divided(meter.best!.plan as ShardingPlan) === divided(last as ShardingPlan));
      }
      const options = { start: "hints", hints: "layer0:b:x,layer0:k:x" };
      const error = await runPlanner(paddleAdaptive, cases[0][0], { options }).then(
        () => "",
        (thrown: Error) => thrown.message,
      );
      return {
        measured: `equal on ${equal} of ${cases.length}; "${error}"`,
        passed: equal === cases.length && error.includes('"layer0:b:x" and "layer0:k:x"'),
      };
    },
  },
  {
    system,
    check: "ranks of Megatron's layout, 2 x 4, on 2 machines of 4 whose devices are listed in turn",
    target: "a tensor group in one machine; bytes between machines at most those of the list's order",
    seeds: 1,
    async run() {
      const mixed = [0, 4, 1, 5, 2, 6, 3, 7];
      const machineOf = (device: number) => Math.floor(device / 4);
      const scenario = {
        ...blockScenario({ b: 32, s: 4, h: 8, a: 4, d: 2, f: 16 }, 8),
        cluster: machines([4, 4]),
      };
      const axes = [
        { name: "data", size: 2 },
        { name: "tensor", size: 4 },
      ];
      const traffic = rankTraffic(scenario, megatronPlan(scenario.graph, { axes, devices: mixed }));
      const across = (devices: readonly number[]) =>
        traffic
          .flatMap((row, a) => row.filter((_, b) => machineOf(devices[a]) !== machineOf(devices[b])))
          .reduce((sum, bytes) => sum + bytes, 0);
      const devices = mappedRanks(scenario, traffic, mixed, "paper");
      const inside = [devices.slice(0, 4), devices.slice(4)].every(
        (group) => new Set(group.map(machineOf)).size === 1,
      );
      return {
        measured: `${inside ? "inside" : "across"}; ${across(devices)} bytes between machines, ${across(mixed)} before`,
        passed: inside && across(devices) <= across(mixed),
      };
    },
  },
  {
    system,
    check: "1 of 4 machines is lost: the new plan, beside one from scratch on the 3",
    target: "valid, live devices alone, at most 1.5 times; what planning took is told",
    seeds: 1,
    async run() {
      const network = perceptron([32, 64, 32], 24);
      const scenario = shardedScenario(network, machines([2, 2, 2, 2]));
      const patient = { patience: 20 };
      const { best, report } = await runPlanner(paddleAdaptive, scenario, {
        options: { ...patient, lost: "3" },
        evaluations: 4000,
      });
      const plan = best!.plan as ShardingPlan;
      validatePlan(scenario, plan);
      const live = plan.mesh.devices.every((device) => device < 6);
      const left = shardedScenario(network, machines([2, 2, 2]));
      const scratch = await runPlanner(paddleAdaptive, left, { options: patient, evaluations: 4000 });
      const ratio = best!.outcome.value! / scratch.best!.outcome.value!;
      const fact = (name: string) => report.facts!.find((each) => each.name === name)!.value;
      return {
        measured:
          `${live ? "live devices alone" : "dead devices"}, ${ratio.toFixed(3)} times; ` +
          `${fact("simulations of the new plan")} simulations, ${fact("bytes of weights that move")} bytes of weights move`,
        passed: live && ratio <= 1.5,
      };
    },
  },
];
