/**
 * The site in a real browser, from the disk: filters, links that lead to them, sorting, zooming,
 * choosing plans. It is also searched for faults by axe-core, in light and dark, on desktop and
 * phone.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare } from "../../../../results/comparison/compare.ts";
import { siteTracks } from "../../../../results/page/board/data/site-data.ts";
import { indexPage } from "../../../../results/page/board/index-page.ts";
import { writeSite } from "../../../../results/page/board/site.ts";
import { methodMarks } from "../../../../results/page/marks.ts";
import { renderPage } from "../../../../results/page/page.ts";
import { complaintsOf, hasBrowser, seriousFindings, startBrowser } from "../../../browser.ts";
import { drawn } from "../../../law-runs.ts";
import { cell, fakeRunner } from "../../cells.ts";
import { boardOf } from "./boards.ts";
import { fixtureScenario, fixtureSite } from "./site-fixture.ts";

let browser: Browser;
let path: string;
const address = (file: string, hash = "") => `${pathToFileURL(join(path, file)).href}${hash}`;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

async function opened(file: string, hash = "", look: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: DESKTOP, ...look });
  complaintsIn.set(page, complaintsOf(page));
  await page.goto(address(file, hash));
  if (file.startsWith("tracks/")) await page.waitForSelector("#left[data-shown] + #right[data-shown]");
  return page;
}

const complaintsIn = new WeakMap<Page, readonly string[]>();

async function close(page: Page): Promise<void> {
  expect(complaintsIn.get(page), page.url()).toEqual([]);
  await page.close();
}

const shownRows = (page: Page) =>
  page.locator("section.group:not([hidden]) .ranked tr[data-entry]:not([hidden])");
const shownNames = (page: Page) => shownRows(page).locator("th a").allTextContents();

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await startBrowser();
  path = mkdtempSync(join(tmpdir(), "placement-gym-browser-"));
  await writeSite({ ...fixtureSite(), path });
  const request = {
    scenarios: ["roomy", "tight"],
    methods: ["heft", "best", "tabu", "mcmc"],
    seeds: 1,
    seed: 0,
  };
  const runCell = fakeRunner(({ method }) => ({
    value: 100 + method.length,
    plan: { kind: "placement", device: [0, 0, 1, 1, 1, 0, 1, 0] },
  }));
  const report = await compare(
    { ...request, budget: { simulations: 10 } },
    { runCell, clock: () => 0, cpuClock: () => 0 },
  );
  const scenarios = new Map(request.scenarios.map((uri) => [uri, fixtureScenario(uri, "makespan")]));
  writeFileSync(join(path, "compare.html"), renderPage(report, scenarios));
});
afterAll(async () => {
  if (!hasBrowser) return;
  await browser.close();
  rmSync(path, { recursive: true });
});

describe.skipIf(!hasBrowser)("the first page in a browser", () => {
  test("shows one group, and another after a choice of track and budget; the address follows", async () => {
    const page = await opened("index.html");
    expect(await page.locator("section.group:not([hidden]) h2").allTextContents()).toEqual([
      "makespan, 100 simulations",
    ]);
    await page.selectOption("select[name=group]", { label: "1,000 simulations" });
    expect(await page.locator("section.group:not([hidden]) h2").textContent()).toBe(
      "makespan, 1,000 simulations",
    );
    await page.selectOption("select[name=track]", "max-load");
    expect(await page.locator("section.group:not([hidden]) h2").textContent()).toBe(
      "max-load, 100 simulations",
    );
    expect(await page.locator("section.scenarios:not([hidden])").count()).toBe(1);
    expect(page.url()).toMatch(/#group=max-load-100-simulations$/);
    await close(page);
  });

  test("filters by kind, training and words, counts what is left, and a link brings it back", async () => {
    const page = await opened("index.html");
    const count = page.locator(".boardfilter output");
    expect(await count.textContent()).toBe("4 of 4 entries");
    await page.selectOption("select[name=kind]", "agent");
    expect(await shownNames(page)).toEqual(["placeto?batch=4"]);
    await page.selectOption("select[name=kind]", "");
    await page.selectOption("select[name=test]", "no");
    expect(await count.textContent()).toBe("3 of 4 entries");
    await page.fill("input[name=text]", "best");
    expect(await shownNames(page)).toEqual(["best"]);
    expect(await page.locator("section.group:not([hidden]) g.curve:visible").count()).toBe(3);
    const link = new URL(page.url()).hash;
    await close(page);
    const other = await opened("index.html", link);
    expect(await shownNames(other)).toEqual(["best"]);
    expect(await other.inputValue("select[name=test]")).toBe("no");
    await close(other);
  });

  test("sorts by a column with the keyboard and tells so", async () => {
    const page = await opened("index.html");
    const head = page.locator("section.group:not([hidden]) .ranked th", { hasText: "mean gap" });
    await head.locator("button").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    const gaps = await shownRows(page).locator("td:nth-of-type(5)").allTextContents();
    const numbers = gaps.filter((text) => text !== "-").map((text) => Number(text.replace(/[%,]/g, "")));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
    await page.waitForFunction('location.hash.includes("sort=")');
    const link = new URL(page.url()).hash;
    const names = await shownNames(page);
    await close(page);
    const other = await opened("index.html", link);
    expect(await shownNames(other)).toEqual(names);
    await close(other);
  });

  test("opens a row with its command and gaps; a link opens it again, below its row after sorting", async () => {
    const page = await opened("index.html");
    const button = shownRows(page).nth(1).locator("button.open");
    await button.click();
    expect(await button.getAttribute("aria-expanded")).toBe("true");
    const entry = await shownRows(page).nth(1).getAttribute("data-entry");
    const detail = page.locator("tr.detail");
    expect(await detail.locator("code").textContent()).toContain("placement-gym evaluate");
    expect(await detail.locator(".strip a").count()).toBe(4);
    const link = new URL(page.url()).hash;
    await close(page);
    const other = await opened("index.html", link);
    await other.locator("section.group:not([hidden]) .ranked th button", { hasText: "score" }).last().click();
    const above = await other.evaluate(
      'document.querySelector("tr.detail").previousElementSibling.dataset.entry',
    );
    expect(above).toBe(entry);
    await close(other);
  });

  test("enlarges curves by buttons and by a dragged rectangle, and shows the whole again", async () => {
    const page = await opened("index.html");
    const chart = page.locator("section.group:not([hidden]) svg[data-zoom]").first();
    const line = chart.locator(".curve .line").first();
    const ticks = () => chart.locator("g.ticks:visible text").allTextContents();
    const whole = await ticks();
    await page.locator(".zoom button:visible", { hasText: "+" }).first().click();
    expect(await line.getAttribute("transform")).not.toBe("matrix(1 0 0 1 0 0)");
    expect(await ticks()).not.toEqual(whole);
    expect((await ticks()).length).toBeGreaterThan(2);
    const reset = page.locator(".zoom button:visible", { hasText: "Whole" }).first();
    await reset.focus();
    await page.keyboard.press("Enter");
    expect(await ticks()).toEqual(whole);
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.2 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.7 * box.height, { steps: 3 });
    await page.mouse.up();
    expect(await line.getAttribute("transform")).not.toBe("matrix(1 0 0 1 0 0)");
    expect(await chart.locator(".brush").count()).toBe(0);
    await close(page);
  });
});

describe.skipIf(!hasBrowser)("a scenario's page in a browser", () => {
  test("shows the best known plan beside the best entry, and other plans after a choice", async () => {
    const page = await opened("tracks/makespan/roomy.html");
    expect(await page.locator("#left h3").textContent()).toContain("Best known, by");
    expect(await page.locator(".side svg.graph").count()).toBe(2);
    expect(await page.locator("#left .node").count()).toBe(8);
    await page.selectOption("select[name=right]", { index: 3 });
    const chosen = await page.inputValue("select[name=right]");
    await page.waitForSelector(`#right[data-shown="${quoted(chosen)}"]`);
    expect(await page.locator("p[role=status]").first().textContent()).toContain("beside");
    const link = new URL(page.url()).hash;
    const title = await page.locator("#right h3").textContent();
    await close(page);
    const other = await opened("tracks/makespan/roomy.html", link);
    expect(await other.locator("#right h3").textContent()).toBe(title);
    expect(await other.locator("#right .command button").count()).toBe(1);
    await close(other);
  });

  test("shows one plan on both sides, and says where the file of a plan cannot be read", async () => {
    const both = await opened("tracks/makespan/roomy.html", "#left=best-known&right=best-known");
    expect(await both.locator(".side figure").count()).toBeGreaterThan(2);
    expect(await both.locator("#left figure").count()).toBe(await both.locator("#right figure").count());
    await close(both);
    rmSync(join(path, "tracks/makespan/tight/best-known.js"));
    const page = await browser.newPage();
    await page.goto(address("tracks/makespan/tight.html"));
    await page.waitForSelector("#left[data-shown]");
    expect(await page.locator("#left .warning").textContent()).toBe("The file of this plan cannot be read.");
    await page.close();
  });

  test("colours the graph by the devices of the plan", async () => {
    const page = await opened("tracks/makespan/roomy.html", "#left=makespan.heft.100");
    const colours = await page
      .locator("#left .node")
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute("style")!.match(/--c: ?([^;]*)/)![1]));
    expect(colours).toEqual([...Array(4).fill("var(--m0)"), ...Array(4).fill("var(--m1)")]);
    expect(await page.locator("#left .edge.cut").count()).toBeGreaterThan(0);
    await close(page);
  });

  test("shows evil names and loads of devices, and runs nothing of them", async () => {
    const evil = readdirSync(join(path, "tracks/makespan")).find((name) => /evil.*html$/.test(name));
    for (const file of [`tracks/makespan/${evil}`, "tracks/max-load/roomy.html"]) {
      const page = await opened(file);
      expect(await page.locator("#right figure").count()).toBeGreaterThan(0);
      await close(page);
    }
  });
});

describe.skipIf(!hasBrowser)("axe-core", () => {
  /** Of a whole run all; the first two differ in both. */
  const looks = [
    { viewport: DESKTOP, colorScheme: "light" },
    { viewport: PHONE, colorScheme: "dark" },
    { viewport: DESKTOP, colorScheme: "dark" },
    { viewport: PHONE, colorScheme: "light" },
  ] as const;

  test.each([
    ["index.html", "#open=makespan.best.100"],
    ["tracks/makespan/roomy.html", ""],
    ["entries/makespan.best.100.html", ""],
    ["compare.html", ""],
  ])("finds nothing serious on %s, and nothing is wider than the screen", async (file, hash) => {
    const page = await opened(file, hash);
    for (const { viewport, colorScheme } of looks.slice(0, Math.max(2, drawn(looks.length)))) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings(page), `${colorScheme} ${viewport.width}`).toEqual([]);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width, `${viewport.width}`).toBeLessThanOrEqual(viewport.width);
    }
    await close(page);
  });
});

test.skipIf(!hasBrowser)(
  "the first page of 50 entries x 100 scenarios loads in under 2 CPU seconds",
  async () => {
    const uris = Array.from({ length: 100 }, (_, s) => `family/test/${s}/4xP100`);
    const methods = Array.from({ length: 50 }, (_, m) => `method-${m}?option=${m}`);
    const cells = new Map(
      methods.map((method, m) => [
        method,
        uris.flatMap((scenario, s) =>
          [0, 1, 2, 3, 4].map((seedIndex) => {
            const value = 51 + ((m * 7 + s * 3 + seedIndex) % 40);
            const points = [1, 20, 300, 700].map((simulations, i) => {
              return { simulations, evaluations: simulations, cost: value * (2 - i / 3), feasible: true };
            });
            return cell({ scenario, method, seedIndex, value, simulations: 1000, curve: points });
          }),
        ),
      ]),
    );
    const { board, cellsOf } = boardOf([
      { id: "makespan", groups: [{ budget: { simulations: 1000 }, cells }] },
    ]);
    const html = indexPage(
      "board-v1",
      await siteTracks(board, cellsOf),
      methodMarks(methods),
      methods.length,
    );
    writeFileSync(join(path, "large.html"), html);
    const page = await browser.newPage({ viewport: DESKTOP });
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(address("large.html"));
    expect(await shownRows(page).count()).toBe(50);
    const { metrics } = await session.send("Performance.getMetrics");
    const seconds = metrics.find(({ name }) => name === "TaskDuration")!.value;
    console.info(`first page: ${(html.length / 1e6).toFixed(2)} MB, ${seconds.toFixed(2)} CPU s to load`);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(2);
    await page.close();
  },
);

/** A value inside quotes of a selector. */
const quoted = (text: string): string => text.replace(/["\\]/g, "\\$&");
