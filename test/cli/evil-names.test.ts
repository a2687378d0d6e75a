/** No command lets a name of a file control the terminal or forge a line of its output. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeScenario } from "../../env/index.ts";
import { evilNames, evilPlan, evilScenario, obeyed } from "../results/evil-names.ts";
import { pgym } from "./recorded-terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-gym-evil-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "evil.json");
writeFileSync(file, JSON.stringify(writeScenario(evilScenario())));
const plan = join(folder, "plan.json");
writeFileSync(plan, JSON.stringify({ device: Array.from(evilPlan.device) }));
const together = join(folder, "together.json");
writeFileSync(together, JSON.stringify(evilNames.map(() => 1)));
const unknown = join(folder, "unknown.json");
writeFileSync(unknown, JSON.stringify({ [evilNames[9]]: "\u001b]0;owned\u0007\u202e" }));

const commands: readonly (readonly [string, ...string[]])[] = [
  ["describe", file],
  ["describe", file, "--json"],
  ["simulate", file, "--placement", plan],
  ["simulate", file, "--placement", unknown],
  ["explain", file, "--placement", plan],
  ["explain", file, "--placement", plan, "--json"],
  ["diff", file, plan, together],
  ["diff", file, plan, together, "--json"],
  ["bounds", file, "--bound", "cheap"],
  ["coarsen", file],
  ["import", file],
  ["solve", file, "--planner", "heft", "--simulations", "20"],
  ["solve", file, "--planner", "heft\u001b[31m\u202e"],
  ["export", file, "--format", "dot"],
  ["export", file, "--format", "csv", "--placement", plan],
  ["\u001b[31mdescribe"],
];

describe("evil names in the output of", () => {
  test.each(commands.map((args) => [args.slice(0, 1).concat(args.slice(2)).join(" "), args] as const))(
    "%j neither control the terminal nor forge a line",
    async (_, args) => {
      const { stdout, stderr, code } = await pgym(args);
      expect([0, 2]).toContain(code);
      expect(stdout.length + stderr.length).toBeGreaterThan(20);
      expect(stdout.match(obeyed)).toBe(null);
      expect(stderr.match(obeyed)).toBe(null);
      if (args[0] !== "export") expect(stdout + stderr).not.toMatch(/^(Page: )?forged/m);
    },
  );

  test("JSON mean the same as in the file", async () => {
    const { stdout } = await pgym(["diff", file, plan, together, "--json"]);
    expect(stdout).toContain("\\u2066");
    expect(JSON.parse(stdout).before.links[0].name).toBe(evilScenario().cluster.links[0].name);
  });
});
