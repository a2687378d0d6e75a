/** `describe` of everything that has a name but scenarios. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { methods } from "../../../../agents/registry/registry.ts";
import { optionsOf } from "../../../../agents/registry/spec.ts";
import { entriesOf } from "../../../../cli/reports/names/entry.ts";
import { table } from "../../../../cli/reports/names/table.ts";
import { writeScenario } from "../../../../env/model/file.ts";
import { testScenario } from "../../../../env/model/test-scenario.ts";
import { compiledFile } from "../../../compiled.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-describe-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, json: unknown): string => {
  writeFileSync(join(folder, name), JSON.stringify(json));
  return join(folder, name);
};
const unwrapped = (text: string): string => text.replace(/\s+/g, " ");

describe("describe METHOD", () => {
  test.each(methods.map(({ card }) => card.id))("%s has its options, limits and paper", async (id) => {
    const method = methods.find(({ card }) => card.id === id)!;
    const { code, stdout } = await pgym(["describe", id]);
    expect(code).toBe(0);
    const text = unwrapped(stdout);
    for (const part of [method.card.summary, method.card.paper, method.card.limits])
      if (part !== undefined) expect(text).toContain(unwrapped(part));
    for (const { name, default: usual, description } of optionsOf(method)) {
      expect(stdout).toContain(`\n  ${name} `);
      expect(text).toContain(unwrapped(description ?? ""));
      expect(text).toContain(`default ${typeof usual === "string" ? usual : JSON.stringify(usual)}`);
    }
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("says ranges, choices and the values of a spec", async () => {
    const { stdout } = await pgym(["describe", "mcmc?beta=3"]);
    const text = unwrapped(stdout);
    expect(text).toContain("beta number at least 0, default 300, here 3.");
    expect(text).toContain("unit bound | ms, default bound.");
    expect(unwrapped((await pgym(["describe", "brkga"])).stdout)).toContain(
      "elite number at least 0, at most 0.5, default 0.2.",
    );
    expect((await pgym(["describe", "mcmc?bata=3"])).stderr).toContain('Did you mean "beta"?');
  });

  test("takes a user's file, and answers as JSON", async () => {
    const file = await compiledFile("test/agents/registry/first-fit.ts");
    expect((await pgym(["describe", file])).stdout).toContain("first-fit, a planner");
    const card = JSON.parse((await pgym(["describe", "heft", "--json"])).stdout);
    expect(card).toMatchObject({ kind: "planner", id: "heft", objectives: "any", effort: "instant" });
  });
});

describe("describe CLUSTER", () => {
  const ports = { bandwidth: "2GB/s", latency: "3us" };
  const lab = put("lab.json", { devices: [{ like: "T4", count: 3 }], ports });

  test.each<[string, readonly string[]]>([
    ["2x8xV100", ["Cluster 2x8xV100", "2 machines of 8 V100", "gpu:0"]],
    ["16xV100", ["Cluster 16xV100", "16 x V100", "2 x CPU"]],
    ["4xA100?memory=8GiB", ["Cluster 4xA100?memory=8GiB", "8.59 GB"]],
    ["variant/test/3", ["Cluster test 3"]],
    ["cpu-only", ["2 x CPU"]],
    [lab, ["Cluster lab", "3 x T4", "2.00 GB/s", "3.000 us"]],
    [`${lab}?latency=2x`, ["Cluster lab?latency=2x", "6.000 us"]],
    ["128xA100", ["Routes between 144 devices are of these kinds"]],
  ])("%s shows devices, links and routes", async (name, parts) => {
    const { code, stdout } = await pgym(["describe", name]);
    expect(code).toBe(0);
    for (const part of parts) expect(unwrapped(stdout)).toContain(part);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("still reads a scenario's file as a scenario", async () => {
    const path = put("scenario.json", writeScenario(testScenario({ graph: "a 10 4B\nb 20 <- a" })));
    expect(JSON.parse((await pgym(["describe", path, "--json"])).stdout).ops).toBe(2);
  });
});

describe("describe NAME", () => {
  const others = entriesOf(table).filter(({ kind }) =>
    ["workloads", "families", "suites", "envs", "systems"].includes(kind),
  );
  test("has a card for every name of list", async () => {
    for (const { id } of others) {
      const { code, stdout } = await pgym(["describe", id]);
      expect([id, code]).toEqual([id, 0]);
      expect(stdout.length).toBeGreaterThan(20);
    }
  });

  test("shows the switches of a fidelity, and how to use it", async () => {
    const { stdout } = await pgym(["describe", "tf-2017"]);
    expect(unwrapped(stdout)).toContain("transferGapUs 134");
    expect(stdout).toContain("placement-gym describe inception-v3/2xK80?fidelity=tf-2017");
  });

  test("shows options of a workload, members of a suite, and what a system is here", async () => {
    expect(unwrapped((await pgym(["describe", "nmt-2"])).stdout)).toMatch(
      /batch 1 to 4096, default \d+: examples/,
    );
    expect((await pgym(["describe", "start"])).stdout).toContain("  inception-v3/4xK80?groups=64\n");
    expect((await pgym(["describe", "flexflow"])).stdout).toContain("placement-gym describe mcmc");
    expect((await pgym(["describe", "REGAL"])).stdout).toContain("placement-gym describe regal");
  });

  test.each([
    ["reinforc", 'Nothing is named "reinforc". Did you mean "reinforce"?'],
    ["inceptionv3", 'Nothing is named "inceptionv3". Did you mean "inception-v3"?'],
    ["inceptionv3/2xP100", 'workload "inceptionv3" is not known. Did you mean "inception-v3"?'],
    ["4xA10", 'Cluster "4xA10" is not known. Did you mean "4xA100"?'],
    ["qqqqqqq", 'Nothing is named "qqqqqqq". "list" shows all names'],
    ["./none.json", 'Scenario file "./none.json" does not exist.'],
  ])("%s is one sentence", async (name, sentence) => {
    const { code, stdout, stderr } = await pgym(["describe", name]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split("\n").length).toBe(1);
  });

  test("draws graphs of scenarios alone", async () => {
    expect((await pgym(["describe", "mcmc", "--svg", "x.svg"])).stderr).toContain('"mcmc" is none.');
  });
});

test("a method that is a system's name is answered with what there is of it", async () => {
  const file = put("two.json", writeScenario(testScenario({ graph: "a 10 4B\nb 20 <- a" })));
  const [post, flexflow, near] = await Promise.all(
    ["post", "FlexFlow", "reinforc"].map((id) => pgym(["solve", file, "--planner", id])),
  );
  expect(post.stderr).toContain('no method "post". Post (Gao et al., NeurIPS 2018) is not implemented');
  expect(flexflow.stderr).toContain("FlexFlow (Jia et al., SysML 2019) is mcmc or flexflow-soap here.");
  expect(near.stderr).toContain('There is no method "reinforc". Did you mean "reinforce"?');
});
