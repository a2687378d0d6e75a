/** docs/objectives.md names every objective, and works its example out as their evaluators do. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { evaluator, objectivesFor, placement, testScenario } from "../../env/index.ts";
import { objectiveSpecs } from "../../env/sim/objectives/evaluator.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/objectives.md", import.meta.url)), "utf8");

describe("docs/objectives.md", () => {
  test("tells of every objective and its traits", () => {
    for (const { id, unit, timing, memory, keepsOrder } of Object.values(objectiveSpecs)) {
      const computed = timing === "engine" ? "the engine" : "a formula";
      const rule = { fidelity: "the fidelity's", weights: "weights only", none: "none" }[memory];
      const row = [`\`${id}\``, unit, computed, rule, keepsOrder ? "yes" : "no"].join(" | ");
      expect(page).toContain(`\n| ${row} |\n`);
      expect(page).toContain(`\n## \`${id}\`\n`);
    }
  });

  test("works its example out as the evaluators do", () => {
    const graph = /```graph objectives\n([\s\S]*?)```/.exec(page)![1];
    const devices = ["GPU", "GPU", "CPU"];
    const scenario = testScenario({ graph, devices, batch: 4, fidelity: { optimizerSlots: 1 } });
    const example = page.slice(page.indexOf("## Example"));
    for (const objective of objectivesFor("placement")) {
      if (objective === "makespan") continue;
      const { unit, evaluate } = evaluator({ ...scenario, objective });
      const { value } = evaluate(placement([0, 1, 0, 2]));
      const row = example.split("\n").find((line) => line.startsWith(`| \`${objective}\` |`));
      expect(row, `a row for ${objective}`).toContain(`Value ${value} ${unit}`);
    }
  });
});
