/**
 * Steps of a vector of envs in this process, for `rates.py`, which compares them with Python's. The
 * actions are drawn before the clock starts. One JSON line a round: wall and CPU time of a step.
 * The argument is JSON with the fields of `Asked`.
 *
 * It waits for a line on stdin before each round, so that both sides take turns on a busy machine.
 */
import { createInterface } from "node:readline";
import type { Env } from "../../../env/contract.ts";
import { makeEnv } from "../../../env/envs/registry.ts";
import { createRng } from "../../../env/model/rng.ts";
import { syncVector } from "../../../env/vector/sync.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";

interface Asked {
  readonly env: string;
  readonly scenario: string;
  readonly envs: number;
  readonly steps: number;
}

const asked = JSON.parse(process.argv[2]) as Asked;
const scenario = await resolveScenario(asked.scenario);
const vector = syncVector(
  Array.from({ length: asked.envs }, () => makeEnv(asked.env, { scenario, seed: 0 }) as Env),
);
const rng = createRng(0);
const actions = Array.from({ length: asked.steps }, () =>
  Array.from({ length: asked.envs }, () => vector.singleActionSpace.sample(rng)),
);
vector.reset({ seed: 0 });
for await (const _ of createInterface({ input: process.stdin })) console.log(JSON.stringify(round()));

function round() {
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  for (const action of actions) vector.step(action);
  const steps = asked.envs * asked.steps;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallUs: Number(process.hrtime.bigint() - before) / 1e3 / steps, cpuUs: (user + system) / steps };
}
