/** A comparison under an objective that scores both kinds of plans. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeScenario } from "../../../../env/index.ts";
import { chainScenario, uniformLayers } from "../../../env/model/plan/chain.ts";
import { pgym } from "../../recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-compare-"));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = join(folder, "chain.json");
writeFileSync(
  scenario,
  JSON.stringify(
    writeScenario(
      chainScenario({
        layers: uniformLayers(6, {
          forwardUs: 40,
          backwardUs: 80,
          updateUs: 2,
          weightBytes: 30,
          outputBytes: 4,
        }),
        devices: 4,
        batch: 8,
      }),
    ),
  ),
);

test("a comparison of planners of both kinds runs, resumes and draws the pipeline", async () => {
  const out = join(folder, "run");
  const compare = (methods: string) =>
    pgym([
      "compare",
      ...["--scenarios", scenario, "--objective", "iteration", "--methods", methods],
      ...["--simulations", "30", "--jobs", "1", "--out", out],
    ]);
  expect((await compare("best,heft")).code).toBe(0);
  const again = await compare("best,heft,single-device");
  expect(again.stderr).toContain("2 of its 3 cells are kept");
  const page = readFileSync(join(out, "index.html"), "utf8");
  expect(page).toContain("Schedule of ");
  expect(page).toContain("Memory of each stage");
  const report = await pgym(["report", out, "--format", "svg", "--json"]);
  const plan = JSON.parse(report.stdout).files.find((name: string) => name.startsWith("plan-"));
  expect(readFileSync(join(out, "report", plan), "utf8")).toContain("Schedule of ");
});
