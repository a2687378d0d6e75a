/**
 * Reads the numbers of a page back and says which are not those of its report. Formats are those of
 * `results/text/format.ts`; what is compared is which number stands where.
 */
import type { CompareReport, ScenarioTable } from "../../../results/comparison/compare.ts";
import { formatGap, formatOn, formatValue, scaleFor } from "../../../results/text/format.ts";

const textOf = (markup: string): string =>
  markup
    .replace(/<small>[\s\S]*?<\/small>|<title>[\s\S]*?<\/title>/g, "")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .replaceAll("&#39;", "'")
    .trim();

const parts = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([part]) => part);
const tableRows = (table: string): string[] =>
  parts(/<tbody>[\s\S]*<\/tbody>/.exec(table)![0], /<tr[\s\S]*?<\/tr>/g);
const rowCells = (row: string): string[] => parts(row, /<t[dh][\s\S]*?<\/t[dh]>/g);
const agentless = (name: string): string => name.replace(/ agent$/, "");
const gapText = (gap: number | null): string => (gap === null ? "-" : formatGap(gap));

/** Sentences about numbers that are not where they should be; none on a right page. */
export function wrongNumbers(page: string, report: CompareReport): string[] {
  const sections = parts(page, /<section [\s\S]*?<\/section>/g);
  return [
    ...wrongInOverview(page, report),
    ...wrongInMethods(page, report),
    ...report.scenarios.flatMap((table, i) => [
      ...wrongInRows(sections[i], table),
      ...wrongInCurves(sections[i], table, report),
    ]),
  ];
}

function different(where: string, found: readonly string[], wanted: readonly string[]): string[] {
  if (found.length !== wanted.length) return [`${where}: ${found.length} numbers, not ${wanted.length}`];
  return found.flatMap((text, i) => (text === wanted[i] ? [] : [`${where}: "${text}", not "${wanted[i]}"`]));
}

function wrongInOverview(page: string, { scenarios, methods }: CompareReport): string[] {
  const [table] = parts(page, /<table class="heat sortable">[\s\S]*?<\/table>/g);
  return tableRows(table).flatMap((row, i) => {
    const { rows, unit, bound, scenario } = scenarios[i];
    const [, ...found] = rowCells(row).map(textOf);
    const winners = rows.filter(({ rank, mean }) => rank === 1 && mean !== null);
    const cells = methods.map(({ method }) => {
      const row = rows.find((own) => own.method === method);
      if (row === undefined) return "not run";
      const { rank, gap, mean } = row;
      if (mean === null) return null;
      return `${rank === 1 ? "★ " : ""}${gap === null ? formatValue(unit, mean) : formatGap(gap)}`;
    });
    const wanted = [
      gapText(winners[0]?.gap ?? null),
      winners.length === 0 ? "none fits" : formatValue(unit, winners[0].mean!),
      formatValue(unit, bound),
      winners.length === 1 ? winners[0].method : `${winners.length} methods`,
      ...cells.map((text, c) => text ?? found[4 + c]),
    ];
    return different(`overview of ${scenario}`, found, wanted);
  });
}

function wrongInMethods(page: string, { methods, scenarios }: CompareReport): string[] {
  const table = parts(page, /<table class="rows sortable">\n<caption>Methods over[\s\S]*?<\/table>/g)[0];
  if (table === undefined) return scenarios.length > 1 ? ["no table of methods"] : [];
  return tableRows(table).flatMap((row, i) => {
    const { method, meanGap, meanRank, wins, feasibleScenarios, scenarios: ran } = methods[i];
    const partial = feasibleScenarios < ran ? ` on ${feasibleScenarios} of ${ran}` : "";
    const gap = meanGap === null ? "-" : `${formatGap(meanGap)}${partial}`;
    const wanted = [
      method,
      gap,
      `${meanRank.toFixed(1)}${ran < scenarios.length ? ` on ${ran}` : ""}`,
      `${wins}`,
      `${feasibleScenarios} of ${ran}`,
    ];
    const [name, ...rest] = rowCells(row).map(textOf);
    return different(`methods, ${method}`, [agentless(name), ...rest], wanted);
  });
}

function wrongInRows(section: string, { rows, unit, scenario }: ScenarioTable): string[] {
  const [table] = parts(section, /<table class="rows sortable">[\s\S]*?<\/table>/g);
  const scale = scaleFor(unit, rows[0].mean ?? 0);
  return tableRows(table).flatMap((row, i) => {
    const { rank, method, gap, mean } = rows[i];
    const cells = rowCells(row);
    const [place, name, gapCell, value] = cells.map(textOf);
    const exact = cells.slice(2, 4).map((cell) => / data-v="([^"]*)"/.exec(cell)?.[1] ?? "none");
    return different(
      `rows of ${scenario}`,
      [place, agentless(name), gapCell, ...(mean === null ? [] : [value]), ...exact],
      [
        `${rank}`,
        method,
        gapText(gap),
        ...(mean === null ? [] : [formatOn(scale, mean)]),
        gap === null ? "none" : `${gap}`,
        mean === null ? "none" : `${mean}`,
      ],
    );
  });
}

/** Labels at the ends of lines, and the titles that a reader sees who points at them. */
function wrongInCurves(
  section: string,
  { rows, unit, scenario }: ScenarioTable,
  report: CompareReport,
): string[] {
  const drawn = rows.filter(({ mean, seeds, feasibleSeeds }) => mean !== null && seeds === feasibleSeeds);
  const own = report.cells.filter((cell) => cell.scenario === scenario).map(({ method }) => method);
  const order = [...new Set(own)].filter((method) => drawn.some((row) => row.method === method));
  const scale = scaleFor(unit, Math.min(...drawn.map(({ mean }) => mean!)));
  const meanOf = (method: string) => drawn.find((row) => row.method === method)!.mean!;
  const titles = [...section.matchAll(/<g class="curve[^>]*>\s*<title>([^<]*)<\/title>/g)].map(([, title]) =>
    textOf(title),
  );
  const labels = [...section.matchAll(/<text class="label"[^>]*>([^<]*) <tspan>([^<]*)<\/tspan>/g)];
  return [
    ...different(
      `titles of curves of ${scenario}`,
      titles,
      order.map((method) => `${method}: ${formatValue(unit, meanOf(method))}`),
    ),
    ...different(
      `labels of curves of ${scenario}`,
      labels.map(([, , value]) => value),
      order.map((method) => formatOn(scale, meanOf(method))),
    ),
  ];
}
