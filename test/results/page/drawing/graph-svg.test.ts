/**
 * Drawings: what is shown at which level, and that the picture can be read: boxes apart, edges
 * downwards, devices marked.
 */
import { describe, expect, test } from "vitest";
import {
  colocationGrouping,
  createScenario,
  parseGraph,
  placement,
  testScenario,
} from "../../../../env/index.ts";
import { drawnGraph } from "../../../../results/page/drawing/drawn-graph.ts";
import { graphSvg } from "../../../../results/page/drawing/graph-svg.ts";
import { groupTitles } from "../../../../results/page/drawing/group-title.ts";
import { layered } from "../../../../results/page/drawing/layout.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const diamond = testScenario({ graph: "a 10 40B\nb 20 8B <- a\nc 30 8B <- a\nd 5 <- b c" });

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxesOf = (svg: string): Box[] =>
  [...svg.matchAll(/class="box" x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    ([, x, y, width, height]) => ({
      x: Number(x),
      y: Number(y),
      width: Number(width),
      height: Number(height),
    }),
  );

describe("a drawing", () => {
  test("has a box for each op of a small graph, and an edge for each pair that is joined", () => {
    const svg = graphSvg(diamond, null);
    expect(boxesOf(svg)).toHaveLength(4);
    expect(svg.match(/<path class="edge"/g)).toHaveLength(4);
    expect(svg).toContain("<title>a to b: 40 B</title>");
  });

  test("colours boxes by device and marks the edges between devices", () => {
    const svg = graphSvg(diamond, placement([0, 0, 1, 0]));
    expect(svg.match(/<path class="edge cut"/g)).toHaveLength(2);
    expect(svg).toContain("gpu:0: 3 ops");
    expect(svg).toContain("gpu:1: 1 ops");
  });

  test("keeps boxes apart and inside the picture", async () => {
    const svg = graphSvg(await resolveScenario("nmt-2/2xK80?steps=3&groups=40"), null);
    const boxes = boxesOf(svg);
    expect(boxes).toHaveLength(40);
    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.map(Number);
    for (const [i, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(width);
      expect(a.y + a.height).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(i + 1)) {
        const apart =
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
        expect(apart).toBe(true);
      }
    }
  });

  test("leads every edge downwards", () => {
    const edges = [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 0, to: 2 },
    ];
    const { boxes, crossings } = layered([60, 60, 60], 34, edges);
    for (const { from, to } of edges) expect(boxes[from].y).toBeLessThan(boxes[to].y);
    expect(crossings.map(({ length }) => length)).toEqual([0, 0, 1]);
  });
});

describe("what is drawn", () => {
  test("is groups where ops are many, and merged groups where those are many too", async () => {
    const groups = await resolveScenario("inception-v3/2xP100?groups=40");
    expect(drawnGraph(groups, null)).toMatchObject({ level: "groups" });
    expect(drawnGraph(groups, null).nodes).toHaveLength(40);
    const classes = createScenario({ ...groups, grouping: colocationGrouping(groups.graph) });
    const merged = drawnGraph(classes, null);
    expect(merged.level).toBe("merged groups");
    expect(merged.nodes.length).toBeLessThanOrEqual(160);
    expect(merged.nodes.reduce((sum, { ops }) => sum + ops, 0)).toBe(groups.graph.opCount);
  });

  test("leaves the lightest edges out where a page cannot hold them, and says so", () => {
    const everyone = (v: number) => Array.from({ length: v }, (_, u) => `op${u}`).join(" ");
    const lines = Array.from(
      { length: 30 },
      (_, v) => `op${v} 1 ${v + 1}B${v > 0 ? ` <- ${everyone(v)}` : ""}`,
    );
    const dense = testScenario({ graph: lines.join("\n") });
    const drawn = drawnGraph(dense, null);
    expect(drawn.edges.length + drawn.edgesLeftOut).toBe((30 * 29) / 2);
    expect(drawn.edgesLeftOut).toBe(215);
    expect(Math.min(...drawn.edges.map(({ bytes }) => bytes))).toBeGreaterThan(8);
    expect(graphSvg(dense, null)).toContain("220 edges drawn, the heaviest of 435");
  });

  test("gives a merged group no device where its ops lie on several", async () => {
    const groups = await resolveScenario("inception-v3/2xP100?groups=10");
    const device = groups.grouping.groupOf.map((g) => g % 2);
    for (const [g, node] of drawnGraph(groups, placement(device)).nodes.entries())
      expect(node.device).toBe(g % 2);
    const mixed = placement(groups.graph.names.map((_, v) => v % 2));
    expect(drawnGraph(groups, mixed).nodes.some((node) => node.device === -1)).toBe(true);
  });

  test("names a group by what it holds", () => {
    const graph = parseGraph(
      "net/block/conv 1 4B\nnet/block/bn 1 4B <- net/block/conv\nnet/block/relu 1 <- net/block/bn\nnet/pool 1\nhead 1\nloss 1",
    );
    const title = groupTitles(graph);
    expect(title([0, 1, 2])).toBe("net/block");
    expect(title([0, 1])).toBe("net/block/{conv, bn}");
    expect(title([0, 3])).toBe("net/{block, pool}");
    expect(title([0, 1, 2, 3])).toBe("net");
    expect(title([0, 4])).toBe("net/block/conv, head");
    expect(title([0, 4, 5])).toBe("net/block/conv … loss");
    expect(title([2])).toBe("net/block/relu");
  });

  test("gives merged groups of an unrolled network names of their own, with the types inside", async () => {
    const svg = graphSvg(await resolveScenario("nmt-2/4xP100?steps=10"), null);
    const titles = [...svg.matchAll(/<g class="node"[^>]*>\n<title>([^<(]*) \(([^<)]*)\)/g)];
    expect(titles.length).toBeGreaterThan(20);
    const names = titles.map(([, name]) => name);
    expect(new Set(names).size).toBeGreaterThan(0.9 * names.length);
    expect(titles.some(([, , holds]) => /^\d+ \w+, \d+ \w+/.test(holds))).toBe(true);
  });
});
