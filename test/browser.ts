/**
 * A real browser for tests of pages: Chromium through playwright-core. The variable CHROMIUM names
 * the program; without it the usual names are looked for on the path. Where there is none, tests of
 * pages skip and say so.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function program(): string | null {
  const { CHROMIUM, PATH = "" } = process.env;
  if (CHROMIUM !== undefined && CHROMIUM !== "") return CHROMIUM;
  const places = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return places.find((place) => existsSync(place)) ?? null;
}

const executablePath = program();
export const hasBrowser = executablePath !== null;
if (!hasBrowser)
  console.warn("Tests in a browser are skipped: no Chromium on the path, and CHROMIUM names none.");

/** Pre: `hasBrowser`. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath!, args: ["--no-sandbox"] });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical findings of axe-core on the page, one sentence each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const findings = (await page.evaluate(
    `axe.run({ resultTypes: ["violations"] }).then(({ violations }) => violations)`,
  )) as Finding[];
  return findings
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.length} times, such as ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary?.slice(0, 300)}`,
    );
}

/** What the page says to its console, and its errors. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "log" && message.type() !== "info") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}
