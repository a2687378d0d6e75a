import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { freshAddress, reasonForNoRedis, removeQueue } from "../pool/queue/redis-server.ts";
import { pgym } from "../recorded-terminal.ts";

const reason = await reasonForNoRedis();
if (reason !== null) console.log(`Skipped, a worker needs a Redis: ${reason}`);

const folder = mkdtempSync(join(tmpdir(), "placement-gym-worker-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("worker", () => {
  test.skipIf(reason !== null)("answers the cells that evaluate gives to its queue", async () => {
    const { shown, name } = freshAddress();
    const [out, interrupt] = [join(folder, "run"), new AbortController()];
    const work = pgym(["worker", "--queue", shown, "--jobs", "1"], { signal: interrupt.signal });
    const small = ["--scenarios", "toy/chain", "--methods", "heft,random", "--simulations", "10"];
    const variables = { PLACEMENT_GYM_QUEUE: shown };
    const done = await pgym(["evaluate", ...small, "--seeds", "2", "--queue", "env", "--out", out], {
      variables,
    });
    interrupt.abort();
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^10 simulations: 1 scenario, 2 seeds\n/),
    });
    expect(done.stderr).toMatch(new RegExp(`^(No worker is|1 worker is) at ${shown.replace("?", "\\?")}`));
    expect(readFileSync(join(out, "index.html"), "utf8")).toContain("--queue env");
    const { code, stderr } = await work;
    expect(code).toBe(130);
    expect(stderr.match(/: answered after/g)).toHaveLength(4);
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
