/** Rollouts in plain arrays against the same decisions as tensors. */
import { beforeAll, describe, expect, test } from "vitest";
import { assignmentOf, type Unit } from "../../../../agents/learned/dual-policy/assignment.ts";
import {
  type Chooser,
  EpisodeRunner,
  MOST_CHOICES,
  STEP_COLUMNS,
} from "../../../../agents/learned/dual-policy/episode.ts";
import { createDualPolicy } from "../../../../agents/learned/dual-policy/network.ts";
import { replayEpisodes } from "../../../../agents/learned/dual-policy/replay.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import type { Scalar, Tf } from "../../../../agents/tensors/types.ts";
import { createRng, type Scenario, testScenario } from "../../../../env/index.ts";
import { uncounted } from "../../../../env/sim/evaluator/budget.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";
import { testBackend } from "../../tensors/test-backend.ts";

let tf: Tf;
beforeAll(async () => {
  tf = (await loadTf(testBackend)).tf;
});

interface Case {
  readonly encodesEachStep?: boolean;
  readonly selects?: boolean;
  readonly unit?: Unit;
  readonly episodes?: number;
}

/** Two episodes of random choices, with the log-probabilities of each choice by plain arrays. */
function rolledOut(
  scenario: Scenario,
  { encodesEachStep = false, selects = true, unit = "ops", episodes = 2 }: Case,
) {
  const rng = createRng("rollouts");
  const stepColumns = encodesEachStep ? STEP_COLUMNS : 0;
  const size = { width: 6, edgeWidth: 3, latent: 5, hidden: 7, stepColumns, selects };
  const policy = createDualPolicy(tf, size, rng.child("weights"));
  // Scores begin at 0, which would hide everything else.
  for (const variable of policy.weights.list)
    tf.tidy(() =>
      variable.assign(
        tf.tensor(
          Float32Array.from(variable.dataSync(), (value) => value + 0.3 * rng.normal()),
          variable.shape,
        ),
      ),
    );
  const assignment = assignmentOf(scenario, unit, uncounted);
  const runner = new EpisodeRunner(tf, policy, assignment, { scaling: "unit", encodesEachStep });
  const seen = Array.from({ length: episodes }, (): number[][] => []);
  const choosers = seen.map(
    (rows): Chooser =>
      (logits) => {
        const largest = Math.max(...logits);
        const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
        rows.push([...logits].map((logit) => logit - largest - Math.log(sum)));
        const legal = [...logits.keys()].filter((i) => logits[i] > -1e8);
        const choice = legal[rng.int(legal.length)];
        return { done: choice, learned: choice };
      },
  );
  const records = runner.run(choosers).map(({ record }) => record);
  return { policy, assignment, records, seen };
}

/** The largest difference of a log-probability between both. */
function largestDifference({ policy, assignment, records, seen }: ReturnType<typeof rolledOut>): number {
  return tf.tidy(() => {
    const heads = replayEpisodes(tf, policy, assignment, records).map(
      ({ logProbabilities, episode, before }) => {
        const [rows, choices] = logProbabilities.shape;
        const values = logProbabilities.dataSync();
        return Array.from({ length: rows }, (_, row) => ({
          episode: episode[row],
          before: before[row],
          row: [...values.subarray(row * choices, (row + 1) * choices)].filter((value) => value > -1e8),
        }));
      },
    );
    let largest = 0;
    seen.forEach((rows, episode) => {
      // A row with one choice stands in for a head without rows. SEL chooses before PLC.
      const own = heads
        .flatMap((head, h) =>
          head
            .filter(({ row, ...of }) => of.episode === episode && row.length > 1)
            .map((row) => ({ ...row, h })),
        )
        .sort((a, b) => a.before - b.before || a.h - b.h);
      expect(own.length).toBe(rows.length);
      rows.forEach((row, i) => {
        const legal = row.filter((value) => value > -1e8);
        expect(own[i].row.length).toBe(legal.length);
        legal.forEach((value, k) => {
          largest = Math.max(largest, Math.abs(value - own[i].row[k]));
        });
      });
    });
    return largest;
  });
}

const small = testScenario({
  graph: `
    a 100 400B
    b 300 400B <- a
    c 200 400B group=x <- a
    d 50 80B <- a
    e 100 80B group=x <- b c
    f 50 kinds=CPU <- d e`,
  devices: ["GPU", "GPU", "CPU"],
});
const wide = testScenario({
  graph: ["r 1 4B", ...Array.from({ length: MOST_CHOICES + 20 }, (_, i) => `w${i} ${i + 1} <- r`)].join("\n"),
  devices: 2,
});

describe("a rollout in plain arrays", () => {
  test.each<[string, Case]>([
    ["one encoding", {}],
    ["an encoding for each step", { encodesEachStep: true }],
    ["topological order", { selects: false }],
  ])("has the log-probabilities of its replay to 1e-4, with %s", (_, of) => {
    const run = rolledOut(small, of);
    const difference = largestDifference(run);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-4);
    run.policy.weights.dispose();
  });

  test("has them too on groups of a real graph, and where more tasks are ready than SEL sees", async () => {
    for (const [scenario, unit] of [
      [await resolveScenario("inception-v3/4xK80?groups=16"), "groups"],
      [wide, "ops"],
    ] as const) {
      const run = rolledOut(scenario, { unit });
      expect(largestDifference(run)).toBeLessThan(1e-4);
      for (const { selection, placed } of run.records) {
        expect(placed.length).toBe(run.assignment.taskCount);
        expect(Math.max(...selection.choices)).toBeLessThanOrEqual(MOST_CHOICES);
      }
      run.policy.weights.dispose();
    }
  });

  test("leaves out decisions with one choice", () => {
    const run = rolledOut(small, {});
    const [{ selection, placement }] = run.records;
    expect(Math.min(...selection.choices)).toBeGreaterThan(1);
    // f runs on the CPU alone, and the second op of x follows the first.
    expect(placement.taken.length).toBe(4);
    run.policy.weights.dispose();
  });
});

describe("a replay", () => {
  test("has a gradient for every weight, on a chain without a choice too", () => {
    for (const graph of ["a 1 4B\nb 2 <- a", "a 1", "a 5 4B\nb 1 <- a\nc 2 <- a"])
      for (const devices of [1, 2]) {
        const run = rolledOut(testScenario({ graph, devices }), { episodes: 1 });
        const { policy, assignment, records } = run;
        const loss = () =>
          replayEpisodes(tf, policy, assignment, records)
            .map(({ logProbabilities }) => tf.sum(tf.square(logProbabilities)))
            .reduce((a, b) => tf.add(a, b)) as Scalar;
        tf.tidy(() => {
          const { grads } = tf.variableGrads(loss, [...policy.weights.list]);
          for (const { name } of policy.weights.list) expect(grads[name], name).toBeDefined();
        });
        policy.weights.dispose();
      }
  });

  test("has the gradient of finite differences, by some entries of every weight", () => {
    const { policy, assignment, records } = rolledOut(small, {});
    const weightsOf = [0.3, -0.7];
    const loss = () =>
      tf.tidy(() =>
        replayEpisodes(tf, policy, assignment, records)
          .map(({ logProbabilities, taken }, h) => {
            const chosen = tf.oneHot(tf.tensor1d(taken, "int32"), logProbabilities.shape[1]);
            return tf.mul(tf.sum(tf.mul(chosen, logProbabilities)), weightsOf[h]);
          })
          .reduce((a, b) => tf.add(a, b)),
      ) as Scalar;
    const { grads } = tf.variableGrads(loss, [...policy.weights.list]);
    // Small, since a rectifier may bend in between.
    const step = 2e-3;
    for (const variable of policy.weights.list) {
      const exact = grads[variable.name].dataSync();
      const values = Float32Array.from(variable.dataSync());
      for (const i of [0, values.length - 1]) {
        const at = (value: number) => {
          const moved = values.slice();
          moved[i] = value;
          tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
          return loss().dataSync()[0];
        };
        const slope = (at(values[i] + step) - at(values[i] - step)) / (2 * step);
        at(values[i]);
        expect(Math.abs(slope - exact[i]), `${variable.name}, entry ${i}`).toBeLessThan(
          0.05 * Math.max(0.2, Math.abs(slope)),
        );
      }
    }
    policy.weights.dispose();
  });
});
