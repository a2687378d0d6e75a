import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGraph } from "../../../../env/index.ts";
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { repeatedBlocks } from "../../../../env/model/layers/repeated-blocks.ts";
import { buildWorkload } from "../../../../scenarios/workloads/build.ts";
import { workloadCatalog } from "../../../../scenarios/workloads/index.ts";

function networkOf(name: string, values: Readonly<Record<string, number>> = {}): OpGraph {
  const workload = workloadCatalog.find((known) => known.name === name)!;
  const defaults = Object.entries(workload.options).map(([option, { default: value }]) => [option, value]);
  return buildWorkload(workload, { ...Object.fromEntries(defaults), ...values });
}

/** Number and size of the blocks of each run. */
const shapes = (graph: OpGraph) =>
  repeatedBlocks(graph).map(({ blocks }) => [blocks.length, blocks[0].length] as const);

/** What the names of a block's forward ops begin with, for each block of each run. */
const layersOf = (graph: OpGraph, pattern: RegExp) =>
  repeatedBlocks(graph).map(({ blocks }) =>
    blocks.map((ops) => [
      ...new Set(
        [...ops].filter((v) => graph.role[v] === 0).map((v) => pattern.exec(graph.names[v])?.[0] ?? "none"),
      ),
    ]),
  );

describe("equal blocks", () => {
  test("are the layers of GPT and BERT, with their backward and update ops", () => {
    for (const name of ["gpt2-124m", "bert-base"]) {
      const graph = networkOf(name, { layers: 5, batch: 2, tokens: 16 });
      const [found, ...others] = layersOf(graph, /^layer_\d+/).filter((run) => run.flat()[0] !== "none");
      expect(others).toEqual([]);
      expect(found).toHaveLength(5);
      expect(new Set(found.flat()).size).toBe(5);
      expect(found.every((names) => names.length === 1)).toBe(true);
      // The sum of the gradients of a layer's input bears the name of the layer before.
      const inFirst = graph.names.filter((op) => op.startsWith("layer_0/")).length;
      expect(shapes(graph).at(-1)).toEqual([5, inFirst]);
    }
  });

  test("are the time steps of an unrolled network but the first and the last", () => {
    const graph = networkOf("rnnlm", { batch: 2, steps: 7 });
    const [found] = layersOf(graph, /step_\d+/).filter((run) => run.flat()[0] !== "none");
    expect(found.map(([step]) => step)).toEqual(["step_1", "step_2", "step_3", "step_4", "step_5"]);
  });

  test("of ResNet are those without a change of size, stage by stage", () => {
    const graph = networkOf("resnet-50", { batch: 2, pixels: 64 });
    const counts = shapes(graph).filter(([, size]) => size > 10);
    expect(counts.map(([count]) => count)).toEqual([2, 3, 5, 2]);
  });

  test("leave out an odd layer, whatever it is called", () => {
    const layer = (name: string, before: string, work: number) =>
      `${name} ${work} 4B <- ${before}\n${name}b 2 4B <- ${name} ${before}`;
    const graph = parseGraph(
      [
        "in 1 4B",
        layer("q", "in", 5),
        layer("z", "qb", 5),
        layer("a", "zb", 7),
        layer("m", "ab", 5),
        layer("c", "mb", 5),
      ].join("\n"),
    );
    const named = repeatedBlocks(graph).map(({ blocks }) =>
      blocks.map((ops) => [...ops].map((v) => graph.names[v])),
    );
    expect(named).toEqual([
      [
        ["q", "qb"],
        ["z", "zb"],
      ],
      [
        ["m", "mb"],
        ["c", "cb"],
      ],
    ]);
  });

  test("have other wiring or other sources and are then not equal", () => {
    const same = parseGraph("in 1 4B\nmask 9 4B\na 2 4B <- in mask\nb 2 4B <- a mask\nc 2 4B <- b mask");
    expect(shapes(same)).toEqual([[3, 1]]);
    const skip = parseGraph("in 1 4B\nmask 9 4B\na 2 4B <- in mask\nb 2 4B <- a mask\nc 2 4B <- a mask");
    expect(shapes(skip)).toEqual([[2, 1]]);
  });

  test("are a partition of some ops, equal position by position", () => {
    const line = fc.record({ kind: fc.nat(1), back: fc.integer({ min: 1, max: 2 }) });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        const graph = parseGraph(
          lines
            .map(({ kind, back }, i) => `op${i} ${kind + 1} 4B${i < back ? "" : ` <- op${i - back}`}`)
            .join("\n"),
        );
        const runs = repeatedBlocks(graph);
        const ops = runs.flatMap(({ blocks }) => blocks.flatMap((block) => [...block]));
        expect(new Set(ops).size).toBe(ops.length);
        const wiring = (block: Int32Array) =>
          [...block].map((v) =>
            [...graph.edgeSource.subarray(graph.inStart[v], graph.inStart[v + 1])].map((u) =>
              block.indexOf(u),
            ),
          );
        for (const { blocks } of runs) {
          expect(blocks.length).toBeGreaterThanOrEqual(2);
          for (const block of blocks) expect(wiring(block)).toEqual(wiring(blocks[0]));
          for (const block of blocks)
            expect([...block].map((v) => graph.measuredUs.get("*")?.[v])).toEqual(
              [...blocks[0]].map((v) => graph.measuredUs.get("*")?.[v]),
            );
        }
      }),
      { numRuns: 50 },
    );
  });
});
