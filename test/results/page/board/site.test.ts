import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPlan } from "../../../../env/model/plan/plan-file.ts";
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import { scoreText } from "../../../../results/page/board/ranked-table.ts";
import { writeSite } from "../../../../results/page/board/site.ts";
import { formatGap, formatValue } from "../../../../results/text/format.ts";
import { evilNames } from "../../evil-names.ts";
import { EVIL_METHOD, EVIL_SCENARIO, fixtureScenario, fixtureSite } from "./site-fixture.ts";

let path: string;
let files: string[];
const text = (file: string, folder = path) => readFileSync(join(folder, file), "utf8");
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

beforeAll(async () => {
  path = mkdtempSync(join(tmpdir(), "placement-gym-site-"));
  await writeSite({ ...fixtureSite(), path });
  files = filesIn(path);
});
afterAll(() => rmSync(path, { recursive: true }));

describe("the site", () => {
  test("has the same bytes when it is built again", async () => {
    const again = mkdtempSync(join(tmpdir(), "placement-gym-site-"));
    try {
      await writeSite({ ...fixtureSite(), path: again });
      expect(filesIn(again)).toEqual(files);
      for (const file of files) expect(text(file, again) === text(file), file).toBe(true);
    } finally {
      rmSync(again, { recursive: true });
    }
  });

  test("has a page for each scenario of a track and each entry, and stays in its folder", () => {
    const pages = files.filter((file) => file.endsWith(".html"));
    expect(pages.filter((file) => file.startsWith("tracks/makespan/"))).toHaveLength(4);
    expect(pages.filter((file) => file.startsWith("tracks/max-load/"))).toHaveLength(2);
    expect(pages.filter((file) => file.startsWith("entries/"))).toHaveLength(12);
    for (const file of files) expect(file).toMatch(/^[A-Za-z0-9._/-]+$/);
  });

  test("links only to its own files, and each of them is there", () => {
    for (const page of files.filter((file) => file.endsWith(".html"))) {
      const links = [...text(page).matchAll(/ (?:href|data-page)="([^"#]+)[^"]*"/g)].map(([, link]) => link);
      const entries = links.filter((link) => link.includes("/") || link.includes("."));
      expect(entries.length).toBeGreaterThan(1);
      for (const link of entries) expect(files, page).toContain(normalize(join(dirname(page), link)));
    }
  });

  test("asks nothing of any other place and lets no script run but its own and its files of plans", () => {
    for (const page of files.filter((file) => file.endsWith(".html"))) {
      const html = text(page).replaceAll("&#39;", "'");
      expect(text(page).replace(/"[^"<>]*"/g, '""'), page).not.toMatch(
        /<link|<iframe|<img|@import|<[^>]+\ssrc=|<[^>]+\son[a-z]+="/i,
      );
      const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
      const extra = page.startsWith("tracks/") ? " 'self' file:" : "";
      expect(policy).toMatch(
        new RegExp(`^default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[^']+'${extra}$`),
      );
    }
  });

  test("shows evil names as they are and lets none of them be markup", () => {
    for (const page of files.filter((file) => file.endsWith(".html"))) {
      expect(text(page), page).not.toContain("<b>evil");
      expect(text(page), page).not.toContain("<img");
      expect(text(page), page).not.toContain("\u202e");
    }
    expect(text("index.html")).toContain("&lt;b&gt;evil&lt;/b&gt;");
    for (const script of files.filter((file) => file.endsWith(".js")))
      for (const name of evilNames.filter((name) => name.includes("<")))
        expect(text(script), script).not.toContain(name);
  });

  test("has no number that is none", () => {
    for (const page of files.filter((file) => /\.(html|js)$/.test(file))) {
      const shown = text(page)
        .replace(/<script>[\s\S]*<\/script>/, "")
        .replace(/data-gaps="[^"]*"/g, "");
      expect(shown.match(/.{0,60}(NaN|Infinity|undefined|\bnull\b).{0,30}/g), page).toBe(null);
    }
  });
});

describe("numbers of the site", () => {
  test("are those of the board: scores, intervals, gaps and cells of each row", () => {
    const { board } = fixtureSite();
    const index = text("index.html");
    for (const { groups } of board.tracks)
      for (const { rows } of groups)
        for (const { entry, iqm, meanGap, feasibleCells, cells } of rows) {
          const id = entry.id.replace(/[&<>"']/g, "");
          const row = [...index.matchAll(/<tr id="[^"]*"[\s\S]*?<\/tr>/g)]
            .map(([markup]) => markup)
            .find((markup) => {
              const own = /data-entry="([^"]*)"/.exec(markup)![1];
              return own.replace(/&(amp|lt|gt|quot|#39);/g, "") === id;
            })!;
          expect(row).toContain(`>${scoreText(iqm.value)}</td>`);
          expect(row).toContain(`>${scoreText(iqm.low)} to ${scoreText(iqm.high)}</td>`);
          expect(row).toContain(`>${meanGap === null ? "-" : formatGap(meanGap)}</td>`);
          expect(row).toContain(`>${feasibleCells} of ${cells}</td>`);
        }
  });

  test("of the curves end with the score of the table", () => {
    const [group] = fixtureSite().board.tracks[0].groups;
    const section = /<section class="group"[\s\S]*?<h3>Performance/.exec(text("index.html"))![0];
    const labels = [...section.matchAll(/<text class="label"[^>]*>[^<]* <tspan>([^<]*)<\/tspan>/g)];
    expect(labels.map(([, score]) => score)).toEqual(group.rows.map(({ iqm }) => scoreText(iqm.value)));
  });

  test("of the files of plans are what the simulator gives, and the file is a plan file", () => {
    const { board } = fixtureSite();
    const plans = files.filter((file) => /^tracks\/.*\.json$/.test(file));
    expect(plans.length).toBeGreaterThan(12);
    for (const file of plans) {
      const told = JSON.parse(text(file)) as { scenario: string; value?: number };
      const objective = file.startsWith("tracks/makespan") ? "makespan" : "max-load";
      const scenario = fixtureScenario(told.scenario, objective);
      const outcome = evaluator(scenario).evaluate(readPlan(text(file), file, scenario));
      expect(outcome.value ?? undefined, file).toBe(told.value);
    }
    const known = board.tracks[0].bestKnown[0]!;
    const page = text("tracks/makespan/roomy.html");
    expect(page).toContain(`<b class="big">${formatValue("us", known.value)}</b>`);
    expect(page).toContain(`<b class="big">${formatValue("us", known.bound)}</b>`);
  });

  test("of an entry's page name its command, and its data are the entry", () => {
    const { board } = fixtureSite();
    for (const { row } of board.tracks.flatMap(({ groups }) =>
      groups.flatMap(({ rows }) => rows.map((own) => ({ row: own }))),
    )) {
      const stored = files
        .filter((file) => /^entries\/.*\.json$/.test(file))
        .map((file) => JSON.parse(text(file)))
        .find(({ id }) => id === row.entry.id);
      expect(stored).toEqual(row.entry);
    }
    expect(EVIL_METHOD).toContain("<img");
    expect(EVIL_SCENARIO).toContain("../");
  });
});
