/**
 * Steps of a vector of envs in this process, for `rates.py`, which compares them with Python's. The
 * argument is JSON with the fields of `Asked`. The first line that it prints has the seeds of the
 * envs, and legal actions that were drawn before the clock starts.
 *
 * It waits for a line on stdin before each round, so that both sides take turns on a busy machine.
 * The answer to it is wall and CPU time of a step and the sum of all rewards. It also has the
 * median of a step of the vector in which the first env begins no episode.
 */
import { createInterface } from "node:readline";
import type { Env } from "../../../env/contract.ts";
import { makeEnv } from "../../../env/envs/registry.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { syncVector } from "../../../env/vector/sync.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";

interface Asked {
  readonly env: string;
  readonly scenario: string;
  readonly objective: Objective | null;
  readonly envs: number;
  readonly steps: number;
}

const asked = JSON.parse(process.argv[2]) as Asked;
const scenario = await resolveScenario(asked.scenario, { objective: asked.objective ?? undefined });
const vector = syncVector(Array.from({ length: asked.envs }, () => makeEnv(asked.env, { scenario }) as Env));
const seeds = vector.envs.map((_, i) => i);
const actions = legalActions();

console.log(JSON.stringify({ seeds, actions: actions.map((each) => each.map(plain)) }));
for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(round()));

function begun() {
  return seeds.map((seed, i) => vector.resetEnv(i, { seed }).info);
}

/** A step that begins an episode ignores its action, which is any one. */
function legalActions(): unknown[][] {
  const rng = createRng(0);
  let infos = begun();
  return Array.from({ length: asked.steps }, () => {
    const drawn = infos.map(({ actionMask }) =>
      vector.singleActionSpace.sample(rng, actionMask.includes(1) ? actionMask : undefined),
    );
    infos = [...vector.step(drawn).infos];
    return drawn;
  });
}

function round() {
  begun();
  let reward = 0;
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  const stepUs: number[] = [];
  let begins = false;
  for (const each of actions) {
    const start = performance.now();
    const { rewards, terminated, truncated } = vector.step(each);
    for (const paid of rewards) reward += paid;
    if (!begins) stepUs.push(1e3 * (performance.now() - start));
    begins = terminated[0] === 1 || truncated[0] === 1;
  }
  const steps = asked.envs * asked.steps;
  const { user, system } = process.cpuUsage(cpuBefore);
  const wallUs = Number(process.hrtime.bigint() - before) / 1e3 / steps;
  const medianUs = stepUs.sort((a, b) => a - b)[stepUs.length >> 1];
  return { wallUs, cpuUs: (user + system) / steps, medianUs, reward };
}

function plain(action: unknown): unknown {
  return ArrayBuffer.isView(action) ? Array.from(action as Int32Array) : action;
}
