/** docs/plans.md names every plan kind, and its examples of plan files are read as it says. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { testScenario } from "../../env/index.ts";
import { planKindNames, planToJson } from "../../env/model/plan/plan.ts";
import { readPlan } from "../../env/model/plan/plan-file.ts";
import { planReaders } from "../../scenarios/plans/index.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/plans.md", import.meta.url)), "utf8");
const scenario = testScenario({
  graph: "read 1 8B <-\nimage 1 8B <-\njoin 1 <- read image",
  devices: ["host", "gpu"],
});
const read = (json: string) => planToJson(readPlan(json, "plan.json", scenario));

describe("docs/plans.md", () => {
  test("names every plan kind", () => {
    for (const kind of planKindNames) expect(page).toContain(`\n## \`${kind}\`\n`);
  });

  test("names every reader of plans", () => {
    const table = page.slice(page.indexOf("| format | files |")).split("\n\n")[0];
    const named = table
      .split("\n")
      .flatMap((row) => (/^\|([^|]*)\|/.exec(row)?.[1] ?? "").match(/[a-z][a-z-]+/g) ?? []);
    expect(named.filter((name) => name !== "format").sort()).toEqual(
      planReaders.map(({ name }) => name).sort(),
    );
  });

  test("shows a plan in the form that files hold", () => {
    const example = /```json plan\n([\s\S]*?)```/.exec(page)![1];
    expect(read(example)).toEqual(JSON.parse(example));
  });

  test("names the old forms that are read", () => {
    const forms = page
      .slice(page.indexOf("| form | means |"))
      .split("\n\n")[0]
      .split("\n")
      .flatMap((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? []);
    const device = [0, 0, 1];
    const names = scenario.cluster.devices.map(({ name }) => name);
    expect(forms.map((form) => read(form.replace("cpu:0", names[0])))).toEqual([
      { kind: "placement", device },
      { kind: "placement", device },
      { kind: "placement", device, opPriority: [1, 0, 2] },
      { kind: "placement", device },
    ]);
  });
});
