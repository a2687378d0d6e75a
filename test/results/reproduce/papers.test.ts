/** Every paper through a laboratory without cells: its claims are whole, honest and judged. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveMethod } from "../../../agents/registry/registry.ts";
import { paperNamed, papers } from "../../../results/reproduce/registry.ts";
import { claimVerdict } from "../../../results/reproduce/verdicts.ts";
import { resolveScenario } from "../../../scenarios/resolve.ts";
import { ABSENT, sharedPath } from "../../shared-folder.ts";
import { fakeLaboratory } from "./fake-laboratory.ts";

const scale = { quick: false, seeds: 2, seed: 0, data: null };
const plain = papers.filter(({ dataFrom }) => dataFrom === null);

/** Between 50 and 150, from the texts of a run. */
const anyValue = (text: string): number => {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003;
  return 50 + (hash % 100);
};

describe.each(plain.map((paper) => [paper.id, paper] as const))("%s", (_, paper) => {
  test("has claims with the verdicts of their rules, and a reason for what was not run", async () => {
    const lab = fakeLaboratory(({ scenario, method }, seed) => anyValue(`${scenario} ${method} ${seed}`));
    const claims = await paper.run(scale, lab);
    expect(claims.length).toBeGreaterThan(0);
    for (const claim of claims) {
      expect(claim.verdict).toBe(claimVerdict(claim.rule, claim.measured));
      expect(claim.statement).toMatch(/^\S.*\.$/);
      for (const text of [claim.paperFigure, claim.under, claim.quantity]) expect(text).not.toBe("");
      if (claim.verdict === "not run") expect(claim.note).not.toBeNull();
    }
  });

  test("answers with claims that were not run where no plan fits", async () => {
    const claims = await paper.run(
      scale,
      fakeLaboratory(() => null),
    );
    for (const { measured, verdict } of claims) if (measured === null) expect(verdict).toBe("not run");
  });

  test("asks a quick look for less, and only for methods and scenarios that there are", async () => {
    const runs = await Promise.all(
      [false, true].map(async (quick) => {
        const lab = fakeLaboratory(() => 100);
        await paper.run({ ...scale, quick }, lab);
        return lab.asked;
      }),
    );
    const cost = (asked: (typeof runs)[number]) =>
      asked.reduce((sum, { simulations, seeds }) => sum + simulations * seeds, 0);
    expect(cost(runs[1])).toBeLessThan(cost(runs[0]));
    for (const method of new Set(runs[0].map((run) => run.method))) await resolveMethod(method);
    const [first] = runs[0].map(({ scenario }) => scenario).filter((name) => !name.startsWith("./"));
    await resolveScenario(first);
  });
});

describe("papers", () => {
  test("have ids of their own, and near misses are named", () => {
    expect(new Set(papers.map(({ id }) => id)).size).toBe(papers.length);
    expect(() => paperNamed("hefd")).toThrow('Paper "hefd" is not known. Did you mean "heft"?');
  });

  test("have a line in the registry for each file that holds one", () => {
    const folder = new URL("../../../results/reproduce/papers/", import.meta.url);
    const files = readdirSync(folder).filter((name) =>
      readFileSync(new URL(name, folder), "utf8").includes(": Paper = {"),
    );
    expect(files.length).toBe(papers.length);
  });
});

const folder = sharedPath("data", "dnn-partitioning");

describe.skipIf(folder === null)(`dnn-partitioning on its small inputs (${ABSENT} where skipped)`, () => {
  test("has the kept figures of what no laboratory runs", async () => {
    const paper = paperNamed("dnn-partitioning");
    const claims = await paper.run(
      { ...scale, quick: true, data: folder },
      fakeLaboratory(() => 1),
    );
    const known = claims.filter(({ statement }) => /ideals|one accelerator|experts/.test(statement));
    expect(known.length).toBeGreaterThan(15);
    for (const { statement, verdict } of known) expect([statement, verdict]).toEqual([statement, "holds"]);
  });

  test("says which file is missing", async () => {
    const paper = paperNamed("dnn-partitioning");
    await expect(
      paper.run(
        { ...scale, data: "./nowhere" },
        fakeLaboratory(() => 1),
      ),
    ).rejects.toThrow(
      '"./nowhere" has no "throughput-inputs/LayerGraphs/bert24_inference.json"; https://github.com',
    );
  });
});
