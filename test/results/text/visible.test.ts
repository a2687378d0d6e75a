/** Names of others do no harm in any format, and come back from those that we read ourselves. */
import { describe, expect, test } from "vitest";
import { explain, graphBuilder, testScenario, toGraphology } from "../../../env/index.ts";
import { exporterOf, exporters } from "../../../results/export/index.ts";
import { type CellResult, compare, ganttSvg, renderPage, traceOf } from "../../../results/index.ts";
import { formatTable } from "../../../results/text/table.ts";
import { visible, visibleName } from "../../../results/text/visible.ts";
import { importFile } from "../../../scenarios/index.ts";
import { fakeRunner } from "../cells.ts";
import { evilNames, evilPlan, evilScenario, obeyed } from "../evil-names.ts";

const scenario = evilScenario();
const written = (name: string) => exporterOf(name).write(scenario, evilPlan);

/** The cells of a CSV text by RFC 4180. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows[rows.length - 1].push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

describe("evil names", () => {
  test.each(exporters.map(({ name }) => name))("reach no terminal that shows an export as %s", (name) => {
    const { text, notes } = written(name);
    expect(text.match(obeyed)).toBe(null);
    expect(visible(text)).toBe(text);
    expect(notes.join().match(obeyed)).toBe(null);
  });

  test("are no formula in CSV, and are told apart when a mark is dropped", () => {
    const [, ...rows] = cellsOf(written("csv").text);
    expect(rows).toHaveLength(evilNames.length);
    for (const row of rows) {
      expect(row).toHaveLength(6);
      for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
    const read = rows.map(([name]) => name.replace(/^'(?='*[=+\-@\t])/, ""));
    expect(read).toEqual(evilNames.map(visible));
    expect(written("csv").notes.join()).toContain("5 names, such as");
  });

  test("are one label each in DOT, without an escape or an entity of Graphviz", () => {
    const { text } = written("dot");
    const labels = [...text.matchAll(/^ {2}n\d+ \[label="((?:[^"\\]|\\.)*)"/gm)].map(([, label]) => label);
    expect(labels).toHaveLength(evilNames.length);
    for (const label of labels) {
      expect(label.split("\\n")).toHaveLength(3 + (label.match(/\\\\n/g)?.length ?? 0));
      expect(label.replaceAll("\\\\", "")).not.toMatch(/\\[NGETHLlr]/);
      expect(label).not.toMatch(/&(?!amp;)/);
    }
  });

  test("come back from GraphML, which XML's forbidden characters leave as escapes", () => {
    const graph = importFile(written("graphml").text, "evil.graphml").scenario.graph;
    expect(graph.names).toHaveLength(evilNames.length);
    expect(new Set(graph.names).size).toBe(evilNames.length);
    const escaped = ["\u001b", "\ud800", "\ufffe", "\\u"];
    const kept = evilNames.filter((name) => !escaped.some((part) => name.includes(part)));
    expect(kept.length).toBeGreaterThan(15);
    for (const name of kept) expect(graph.names).toContain(name);
    expect(graph.names.slice(16, 18)).toEqual(["\\\\u001b", "\\\\\\u001b"]);
    expect(written("graphml").notes.join()).toContain("4 names, such as");
    expect(graph.edgeCount).toBe(scenario.graph.edgeCount);
    expect(Object.keys(Object.getOwnPropertyDescriptors(Object.prototype))).not.toContain("previous");
  });

  test("are keys of their own in the JSON of TensorFlow", () => {
    expect(Object.keys(JSON.parse(written("tensorflow").text)).sort()).toEqual([...evilNames].sort());
  });

  test("are text in the picture of a graph and of a step", () => {
    const gantt = ganttSvg(scenario, explain(scenario, evilPlan), { plan: evilNames[0], bound: 0 });
    for (const svg of [written("svg").text, gantt]) {
      expect(svg.match(/<(?!\/?(svg|style|g|text|rect|line|path|title|tspan)\b)/g)).toBe(null);
      expect(svg.match(obeyed)).toBe(null);
    }
  });

  test("are strings in a trace", () => {
    const text = JSON.stringify(traceOf(scenario, explain(scenario, evilPlan)));
    const names = JSON.parse(visible(text)).traceEvents.map(({ name }: { name: string }) => name);
    for (const name of evilNames) expect(names).toContain(name);
    expect(visible(text).match(obeyed)).toBe(null);
  });

  test("are text on the page and single lines in the table", async () => {
    const { report, page } = await evilPage();
    const tags =
      /<(?!!doctype|\/?(html|head|meta|title|style|body|header|main|section|footer|h[123]|p|ul|li|a|wbr|div|figure|figcaption|table|caption|thead|tbody|tr|th|td|span|small|i|b|code|svg|g|path|text|tspan|line|rect|circle|clipPath|defs|pattern|label|input|output|script)\b)/g;
    expect(page.match(tags)).toBe(null);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page.match(obeyed)).toBe(null);
    expect(page.replace(/="[^"]*"/g, "").match(/<[^>]*\son\w+/g)).toBe(null);
    expect(formatTable(report)).not.toMatch(/^forged/m);
    expect(visible(formatTable(report)).match(obeyed)).toBe(null);
  });
});

async function evilPage() {
  const device = Array.from(evilPlan.device);
  const runCell = fakeRunner(
    ({ method }): Partial<CellResult> => ({
      plan: { kind: "placement", device },
      value: method === evilNames[0] ? 900 : null,
      violation:
        method === evilNames[0]
          ? null
          : { device: scenario.cluster.devices[0].name, excessBytes: 1, op: null },
      failure: "Failed at \u001b[31m\nforged.",
    }),
  );
  const request = {
    scenarios: [scenario.name],
    methods: [evilNames[0], evilNames[1], evilNames[9], evilNames[3]],
    seeds: 1,
    seed: 0,
    budget: { simulations: 5 },
  };
  const report = await compare(request, { runCell, clock: () => 0, cpuClock: () => 0 });
  return { report, page: renderPage(report, new Map([[scenario.name, scenario]])) };
}

test("visible text keeps what JSON means, and names stay on one line", () => {
  expect(JSON.parse(visible(JSON.stringify(evilNames)))).toEqual(evilNames);
  for (const name of evilNames) expect(visibleName(name)).not.toMatch(/[\n\t]/);
  expect(visibleName("plain name \u{1f600} é")).toBe("plain name \u{1f600} é");
});

test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
  "an op named %s comes back from GraphML and leaves shared objects alone",
  (name) => {
    const before = [Object.prototype, Object, Function.prototype].map((shared) => Reflect.ownKeys(shared));
    const graph = graphBuilder()
      .op({ name: "a", measuredUs: { "*": 1 }, outputs: [4] })
      .op({ name, measuredUs: { "*": 2 }, outputs: [4] })
      .op({ name: "c", measuredUs: { "*": 3 } });
    for (const [from, to] of [
      ["a", name],
      [name, "c"],
      ["a", "c"],
    ])
      graph.edge({ from, to });
    const built = graph.build();
    const { text } = exporterOf("graphml").write(testScenario({ graph: built }), null);
    expect(importFile(text, "odd.graphml").scenario.graph).toEqual(built);
    expect(() => toGraphology(built)).toThrow(`Op "${name}" has a name that a graphology graph cannot hold`);
    const after = [Object.prototype, Object, Function.prototype].map((shared) => Reflect.ownKeys(shared));
    expect(after).toEqual(before);
  },
);
