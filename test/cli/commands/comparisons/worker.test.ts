import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { expectSameBytes } from "../../../results/training/kill-runs.ts";
import { freshAddress, reasonForNoRedis, removeQueue } from "../../pool/queue/redis-server.ts";
import { pgym } from "../../recorded-terminal.ts";

const reason = await reasonForNoRedis();
if (reason !== null) console.log(`Skipped, a worker needs a Redis: ${reason}`);

const folder = mkdtempSync(join(tmpdir(), "placement-gym-worker-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("worker", () => {
  test.skipIf(reason !== null)("does what evaluate and train give to its queue", async () => {
    const { shown, name } = freshAddress();
    const [out, interrupt] = [join(folder, "run"), new AbortController()];
    const work = pgym(["worker", "--queue", shown, "--jobs", "1"], { signal: interrupt.signal });
    const small = ["--scenarios", "toy/chain", "--methods", "heft,random", "--simulations", "10"];
    const variables = { PLACEMENT_GYM_QUEUE: shown };
    const done = await pgym(["evaluate", ...small, "--seeds", "2", "--queue", "env", "--out", out], {
      variables,
    });
    const train = ["train", "--agent", "reinforce?batch=9", "--scenario", "toy/chain", "--simulations", "30"];
    const one = await pgym([...train, "--out", join(folder, "one")]);
    const queue = ["--actors", "2", "--queue", "env"];
    const two = await pgym([...train, ...queue, "--out", join(folder, "two")], { variables });
    interrupt.abort();
    expectSameBytes(join(folder, "two"), join(folder, "one"));
    expect(two.stdout.replaceAll(join(folder, "two"), join(folder, "one"))).toBe(one.stdout);
    expect(two.stderr).toContain(`1 worker is at ${shown}.\n`);
    expect(two.stderr).not.toMatch(/An actor has no answer|No plan went to another actor/);
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^10 simulations: 1 scenario, 2 seeds\n/),
    });
    expect(done.stderr).toMatch(new RegExp(`^(No worker is|1 worker is) at ${shown.replace("?", "\\?")}`));
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain("--queue env");
    const { code, stderr } = await work;
    expect(code).toBe(130);
    expect(stderr.match(/: answered after/g)).toHaveLength(4);
    expect(stderr.match(/plans of "toy\/chain": the first answered after/g)).toHaveLength(1);
    await removeQueue(name);
  });

  test("refuses to start without a queue, in a sentence", async () => {
    const { code, stderr } = await pgym(["worker"]);
    expect([code, stderr]).toEqual([
      2,
      'placement-gym: "worker" needs a queue: --queue redis://HOST:PORT, or env.\n',
    ]);
  });
});
