/** Line 4: no action that is not legal, and fewer failures of propagation. */
import { autoMap, variableTask } from "../../../../agents/learned/auto-map/auto-map.ts";
import { oneTask } from "../../../../agents/run/tasks.ts";
import { loadTf } from "../../../../agents/tensors/tf.ts";
import { rainbowSpec } from "../../../../agents/training/algorithms/rainbow/options.ts";
import type { DecisionProcess } from "../../../../agents/training/algorithms/rainbow/process.ts";
import { createRainbow } from "../../../../agents/training/algorithms/rainbow/rainbow-learner.ts";
import { createRng, evaluator, metered } from "../../../../env/index.ts";
import type { SystemCheck } from "../check.ts";
import { kept } from "../kept.ts";
import { atScale, seedsAt } from "../runs.ts";
import { timed } from "./trained.ts";

const SEEDS = 3;
const URI = "bert-base/2xP100?layers=1&batch=8";
const EPISODES = 2000;
const WINDOW = 500;

interface Played {
  readonly illegal: number;
  /** Whether each episode failed. */
  readonly failed: readonly boolean[];
}

/** Notes what is done with the process. */
function watch(process: DecisionProcess, log: { illegal: number; failed: boolean[] }): void {
  const step = process.step.bind(process);
  process.step = (action) => {
    if (process.mask[action] !== 1) log.illegal++;
    const end = step(action);
    if (end !== "open") log.failed.push(end === "failed");
    return end;
  };
}

const played = (episodes: number, seed: number): Promise<Played> =>
  kept("auto-map", `${episodes} episodes on ${URI}, seed ${seed}`, async () => {
    const scenario = await timed(URI);
    const options = autoMap.options.parse({});
    const task = { name: URI, scenario, evaluator: metered(evaluator(scenario), {}) };
    const log = { illegal: 0, failed: [] as boolean[] };
    const agent = await createRainbow(
      await loadTf(),
      { tasks: oneTask(task), rng: createRng(seed) },
      (opened) => {
        const made = variableTask(opened, options);
        watch(made.process, log);
        return made;
      },
      rainbowSpec(options),
    );
    for await (const _ of agent.train()) if (log.failed.length >= episodes) break;
    agent.dispose();
    return { illegal: log.illegal, failed: log.failed.slice(0, episodes) };
  });

export const maskCheck: SystemCheck = {
  system: "auto-map",
  check: `${EPISODES.toLocaleString("en-US")} episodes on BERT-base of 1 layer, two P100: illegal actions; failures of propagation in the first ${WINDOW} and the last ${WINDOW}`,
  target: "0; fewer by at least 80%",
  seeds: SEEDS,
  async run(scale) {
    const found: string[] = [];
    let isMet = true;
    for (const seed of seedsAt(SEEDS, scale)) {
      const { illegal, failed } = await played(Math.max(2 * WINDOW, atScale(EPISODES, scale)), seed);
      const count = (part: readonly boolean[]) => part.filter((each) => each).length;
      const [first, last] = [count(failed.slice(0, WINDOW)), count(failed.slice(-WINDOW))];
      isMet &&= illegal === 0 && last <= 0.2 * first;
      found.push(`${illegal} illegal, ${first} failures and ${last} of ${failed.length} episodes`);
    }
    return { measured: found.join("; "), passed: isMet };
  },
};
