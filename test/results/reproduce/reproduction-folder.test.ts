/** A toy paper in a folder: it goes on where it was stopped, and refuses what is another's. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testScenario } from "../../../env/index.ts";
import { type RunCell, runCell } from "../../../results/cells/cell.ts";
import type { Paper } from "../../../results/reproduce/contract.ts";
import { createLaboratory } from "../../../results/reproduce/laboratory.ts";
import { levelOf } from "../../../results/reproduce/measured.ts";
import { reproduce } from "../../../results/reproduce/report.ts";
import { openReproduction } from "../../../results/reproduce/reproduction-folder.ts";
import { judged } from "../../../results/reproduce/verdicts.ts";

const toy: Paper = {
  id: "toy",
  title: "A chain <b>stays</b> on one device",
  authors: "Nobody",
  venue: "Nowhere",
  remarks: ["It is made up."],
  dataFrom: null,
  async run({ seeds }, lab) {
    const scenario = lab.keep("pair", testScenario({ graph: "a 3 100B\nb 4 <- a" }));
    const values = await lab.values({ scenario, method: "hill-climb", simulations: 20, seeds });
    return [
      judged({
        statement: "The chain takes 7 us.",
        paperFigure: "7 us",
        source: "from memory",
        under: "default",
        quantity: "makespan",
        rule: { kind: "exactly", value: 7 },
        ...levelOf([values]),
      }),
    ];
  },
};
const scale = { quick: false, seeds: 2, seed: 0, data: null };

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "reproduction-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const opened = (paper = "toy", seed: number | string = 0) =>
  openReproduction({ path: join(path, "out"), paper, seed, versions: { package: "1" } });

async function reproduced(run: RunCell): Promise<string> {
  const folder = await opened();
  try {
    const lab = createLaboratory({
      runCell: folder.keeping(run),
      hooks: { clock: () => 0, cpuClock: () => 0 },
      seed: 0,
      jobs: 1,
      keep: folder.keep,
      train: async ({ name }) => join(folder.policies, name),
      note: () => undefined,
    });
    await folder.write(await reproduce(toy, scale, lab));
  } finally {
    folder.close();
  }
  return readFileSync(join(path, "out", "report.json"), "utf8");
}

describe("the folder of a reproduction", () => {
  test("keeps cells, so that a stopped one goes on and leaves the same bytes", async () => {
    let left = 1;
    const once: RunCell = (...of) => {
      if (left-- === 0) throw new Error("killed");
      return runCell(...of);
    };
    await expect(reproduced(once)).rejects.toThrow("killed");
    let ran = 0;
    const resumed = await reproduced((...of) => {
      ran++;
      return runCell(...of);
    });
    expect(ran).toBe(1);
    rmSync(join(path, "out"), { recursive: true });
    expect(await reproduced(runCell)).toBe(resumed);
    expect(JSON.parse(resumed)).toMatchObject({ paper: "toy", cells: 2, claims: [{ verdict: "holds" }] });
  });

  test("has a page with the claim, the plan and no markup of others", async () => {
    await reproduced(runCell);
    const page = readFileSync(join(path, "out", "index.html"), "utf8");
    for (const part of ["The chain takes 7 us.", "from memory, not checked", "holds", "<svg"])
      expect(page).toContain(part);
    expect(page).not.toContain("<b>stays</b>");
  });

  test("refuses another paper, another seed, and a folder of something else", async () => {
    await reproduced(runCell);
    await expect(opened("other")).rejects.toThrow('reproduction of paper "toy", this one has "other"');
    await expect(opened("toy", 1)).rejects.toThrow('reproduction of seed "0", this one has "1"');
    rmSync(join(path, "out"), { recursive: true });
    mkdirSync(join(path, "out"));
    writeFileSync(join(path, "out", "letter.txt"), "dear");
    await expect(opened()).rejects.toThrow('holds "letter.txt" and is no folder of a reproduction');
  });
});

test("a paper that needs files says where to get them", async () => {
  const needy = { ...toy, dataFrom: "https://example.org" };
  const run = reproduce(needy, scale, null as never);
  await expect(run).rejects.toThrow("https://example.org. Name your copy with --data DIR.");
});
