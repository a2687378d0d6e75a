/**
 * Published plans through the command line: the experts' splits of dnn-partitioning, and the small
 * cases of plans.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pgym } from "../cli/recorded-terminal.ts";
import { sharedPath } from "../shared-folder.ts";

interface Golden {
  readonly workload: string;
  readonly expert: { readonly maxLoad: number; readonly split: string } | null;
}

const data = sharedPath("data", "dnn-partitioning");
const golden = sharedPath("golden", "dnn-partitioning.json");
const absent = data === null || golden === null;
const workloads: Golden[] = absent ? [] : JSON.parse(readFileSync(golden, "utf8")).throughput;
const experts = workloads.filter(({ expert }) => expert !== null);
const US_PER_MS = 1000;

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await pgym([...args, "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};

describe.skipIf(absent)("the experts' splits", () => {
  test("are of eight workloads", () => {
    expect(experts).toHaveLength(8);
  });

  test.each(experts.map(({ workload, expert }) => [workload, expert!]))(
    "of %s score as published",
    async (workload, { maxLoad, split }) => {
      const file = join(data!, "throughput-inputs", `${workload}.json`);
      const plan = join(data!, "human-experts", split);
      const scored = await json("simulate", file, "--placement", plan);
      expect(scored).toMatchObject({ objective: "max-load", unit: "us", feasible: true });
      expect(Math.abs(scored.value / (maxLoad * US_PER_MS) - 1)).toBeLessThan(1e-9);
    },
  );
});

const cases = sharedPath("cases", "plans");
const at = (name: string) => join(cases ?? "", name);
const tooOld = cases === null || !existsSync(at("mini-split.json"));

describe.skipIf(tooOld)("the cases of plans", () => {
  test.each(["mini-ours.json", "mini-split.json"])("%s has loads of 13 and 7 ms and fits", async (plan) => {
    const scored = await json("simulate", at("mini-workload.json"), "--placement", at(plan));
    expect(scored).toMatchObject({ value: 13_000, feasible: true, loadsUs: [13_000, 7_000, 0] });
    expect(scored.peakBytes).toEqual([20, 10, 0]);
  });

  test("the plans of toy/pipeline have 110 and 57.4 us", async () => {
    const value = async (plan: string) =>
      (await json("simulate", "toy/pipeline", "--placement", at(plan))).value;
    expect(await value("pipeline-plan.json")).toBe(110);
    expect(await value("pipeline-best.json")).toBeCloseTo(57.4, 9);
  });

  test("five layers on four devices say how many are used, as many as the plan has", async () => {
    const args = ["solve", at("eq5.graph.txt"), "--objective", "max-load", "--planner"];
    const { stdout } = await pgym([...args, "torchgpipe-blocks?fixed=true"]);
    expect(stdout).toContain("6.000 ms");
    const { plan } = JSON.parse((await pgym([...args, "torchgpipe-blocks?fixed=true", "--json"])).stdout);
    expect(stdout).toContain(`accelerators used ${new Set(plan.device).size} of 4`);
    expect((await pgym([...args, "single-device"])).stdout).toContain("all on gpu:0");
  });
});

const robust = sharedPath("cases", "robust", "explain-order.json");
test.skipIf(robust === null)("a plan is explained though moves of it would deadlock", async () => {
  const plan = robust!.replace(/json$/, "plan.json");
  const explained = await json("explain", robust!, "--placement", plan);
  expect(explained).toMatchObject({ value: 120, bestMove: null, moves: { tried: 2, helping: 0, stuck: 2 } });
});
