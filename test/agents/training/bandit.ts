/** The smallest network: one op, one logit for each device, rewarded by a number of each device. */

import type { Task } from "../../../agents/contract.ts";
import { argmaxRows, sampleLogits } from "../../../agents/nets/categorical.ts";
import { createWeights } from "../../../agents/nets/weights.ts";
import { taskSource } from "../../../agents/run/tasks.ts";
import type { Tensor2D, Tf, Variable } from "../../../agents/tensors/types.ts";
import type { Lesson, PolicyNetwork, Rollout } from "../../../agents/training/contract.ts";
import { evaluator, metered, placement, testScenario } from "../../../env/index.ts";

export interface Pull extends Rollout {
  readonly arm: number;
}

export interface Bandit extends PolicyNetwork<Pull> {
  readonly logits: Variable;
  /** How many pulls each lesson was shown after its updates. */
  readonly observed: number[];
}

/** Tasks of these names, on as many devices as there are arms. */
export function banditTasks(names: readonly string[], arms: number, evaluations = 1000) {
  const tasks = new Map(
    names.map((name): [string, Task] => {
      const devices = Array.from({ length: arms }, () => "GPU");
      const scenario = testScenario({ graph: "x 100", devices });
      return [name, { name, scenario, evaluator: metered(evaluator(scenario), { evaluations }) }];
    }),
  );
  return { tasks, source: taskSource(names, async (name) => tasks.get(name)!) };
}

/** `payoff` of each task and arm; arms in `infeasible` count as plans that do not fit. */
export function bandit(
  tf: Tf,
  arms: number,
  payoff: (task: string, arm: number) => number,
  infeasible: readonly number[] = [],
): Bandit {
  const weights = createWeights(tf);
  const logits = weights.zeros("logits", [1, arms]);
  const observed: number[] = [];
  const pull = (task: Task, arm: number): Pull => {
    const plan = placement(Int32Array.of(arm));
    const outcome = task.evaluator.evaluate(plan);
    const feasible = !infeasible.includes(arm);
    return { plan, outcome: { ...outcome, feasible }, rewards: Float64Array.of(payoff(task.name, arm)), arm };
  };
  return {
    weights,
    logits,
    observed,
    open: (task): Lesson<Pull> => ({
      task,
      simulationsPerRollout: 1,
      rollOut(count, decoding, _, rng) {
        const row = logits.dataSync() as Float32Array;
        if (decoding.kind === "greedy")
          return Array.from({ length: count }, () => pull(task, argmaxRows(row, arms)[0]));
        return Array.from({ length: count }, () => pull(task, sampleLogits(row, arms, rng, decoding)[0]));
      },
      replay: (pulls) => ({
        decisions: [
          {
            logProbabilities: tf.tile(tf.logSoftmax(logits), [pulls.length, 1]) as Tensor2D,
            taken: Int32Array.from(pulls, ({ arm }) => arm),
            rollout: Int32Array.from(pulls, (_, i) => i),
            step: new Int32Array(pulls.length),
          },
        ],
      }),
      demonstrate: (count) => Array.from({ length: count }, () => pull(task, arms - 1)),
      observe: (pulls) => void observed.push(pulls.length),
      dispose() {},
    }),
  };
}
