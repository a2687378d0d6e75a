import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { pgym } from "../../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-bench-exact-"));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * A chain of three ops of 4, 3 and 3 ms on two accelerators: cut after the first, 6 ms and 1 ms of
 * transfer.
 */
const workload = (maxSizePerFPGA: number) => ({
  maxFPGAs: 2,
  maxCPUs: 0,
  maxSizePerFPGA,
  nodes: [4, 3, 3].map((ms, v) => ({
    id: v + 1,
    supportedOnFpga: 1,
    cpuLatency: 10 * ms,
    fpgaLatency: ms,
    isBackwardNode: 0,
    colorClass: v + 1,
    size: 1,
  })),
  edges: [
    { sourceId: 1, destId: 2, cost: 1 },
    { sourceId: 2, destId: 3, cost: 1 },
  ],
});
const cases = join(folder, "cases");
mkdirSync(join(cases, "Chains"), { recursive: true });
const roomy = join(cases, "Chains", "roomy.json");
const tight = join(cases, "Chains", "tight.json");
writeFileSync(roomy, JSON.stringify(workload(9)));
writeFileSync(tight, JSON.stringify(workload(1)));
/** A folder with the first alone. */
const alone = join(folder, "alone");
mkdirSync(join(alone, "Chains"), { recursive: true });
writeFileSync(join(alone, "Chains", "roomy.json"), JSON.stringify(workload(9)));

test("bench exact finds and certifies the optimum of a workload, or that there is none", async () => {
  const one = JSON.parse((await pgym(["bench", "exact", "--case", roomy, "--enumerate"])).stdout);
  expect(one).toMatchObject({ valueUs: 7000, proven: true, certificate: "certified", allIdeals: 4 });
  expect(one.device).toEqual([0, 1, 1]);
  const none = JSON.parse((await pgym(["bench", "exact", "--case", tight])).stdout);
  expect(none).toMatchObject({ valueUs: null, proven: true, certificate: "certified", device: null });
});

test("bench exact prints a table of a folder beside published optima, and fails where they differ", async () => {
  const golden = (maxLoad: number) => {
    const path = join(folder, `golden-${maxLoad}.json`);
    const row = { workload: "Chains/roomy", nodes: 3, accelerators: 2, cpus: 0, ideals: 4 };
    writeFileSync(path, JSON.stringify({ throughput: [{ ...row, optimalContiguousDp: { maxLoad } }] }));
    return path;
  };
  // Each file costs a process.
  const table = (of: string, maxLoad: number) =>
    pgym(["bench", "exact", "--cases", of, "--certificate-steps", "0", "--golden", golden(maxLoad)]);
  const right = await table(cases, 7);
  expect(right.code).toBe(0);
  expect(right.stdout).toMatch(/roomy.json +2\+0 +7\.000000 +7\.000000 +yes/);
  expect(right.stdout).toMatch(/tight.json +2\+0 +- +infeasible +yes/);
  expect(right.stdout).toContain("0 unlike what was published");
  const wrong = await table(alone, 6.9);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toContain("1 unlike what was published");
});

test("bench exact says what it needs", async () => {
  expect(await pgym(["bench", "exact"])).toMatchObject({ code: 2 });
  const empty = await pgym(["bench", "exact", "--cases", join(folder, "nowhere")]);
  expect(empty).toMatchObject({ code: 2 });
  expect(empty.stderr).toContain("cannot be read");
  const unlike = await pgym(["bench", "exact", "--cases", cases, "--golden", roomy]);
  expect(unlike.stderr).toContain("is not a file of published results");
});
