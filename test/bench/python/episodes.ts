/**
 * Random episodes of one env for `python/tests/test_episodes.py`. Each is a line with its seed, its
 * actions, and the SHA-256 of all that reset and step answered. The env is asked directly, with no
 * frames between. The argument is JSON with the fields of `Asked`.
 */
import { createHash } from "node:crypto";
import type { Env, Info } from "../../../env/contract.ts";
import { makeEnv } from "../../../env/envs/registry.ts";
import { createRng } from "../../../env/model/rng.ts";
import type { Objective } from "../../../env/model/scenario.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";

interface Asked {
  readonly env: string;
  readonly scenario: string;
  readonly objective: Objective | null;
  readonly episodes: number;
}

const MOST_STEPS = 10_000;

const asked = JSON.parse(process.argv[2]) as Asked;
const scenario = await resolveScenario(asked.scenario, { objective: asked.objective ?? undefined });
const env = makeEnv(asked.env, { scenario }) as Env;
for (let seed = 0; seed < asked.episodes; seed++) console.log(JSON.stringify(episode(seed)));

function episode(seed: number) {
  const digest = createHash("sha256");
  const rng = createRng(seed).child("actions");
  const actions: unknown[] = [];
  let { observation, info } = env.reset({ seed });
  digest.update(bytesOf(observation, info));
  for (let i = 0; i < MOST_STEPS; i++) {
    const action = env.actionSpace.sample(rng, info.actionMask);
    actions.push(ArrayBuffer.isView(action) ? Array.from(action as Int32Array) : action);
    const step = env.step(action);
    ({ observation, info } = step);
    digest.update(bytesOf(observation, info));
    const end = Buffer.alloc(10);
    end.writeDoubleLE(step.reward, 0);
    end.writeUInt8(Number(step.terminated), 8);
    end.writeUInt8(Number(step.truncated), 9);
    digest.update(end);
    if (step.terminated || step.truncated) break;
  }
  return { seed, actions, sha256: digest.digest("hex") };
}

/** Parts by name, then the mask, then the cost of the outcome, -1 without one. */
function bytesOf(observation: unknown, { actionMask, outcome }: Info): Buffer {
  const named = Object.entries(observation as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = named.filter(([, value]) => !Array.isArray(value)).map(([, value]) => value);
  const typed = parts.map((value) =>
    typeof value === "number" ? Int32Array.of(value) : (value as Int32Array),
  );
  const cost = Buffer.alloc(8);
  cost.writeDoubleLE(outcome?.cost ?? -1, 0);
  return Buffer.concat([
    ...[...typed, actionMask].map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)),
    cost,
  ]);
}
