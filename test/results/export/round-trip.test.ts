/**
 * GraphML comes back: our importer and graphology read from an export the graph that was written.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromGraphology, type OpGraph, parseGraph, testScenario, toGraphology } from "../../../env/index.ts";
import { exporterOf } from "../../../results/export/index.ts";
import { importFile, resolveScenario } from "../../../scenarios/index.ts";

const written = (graph: OpGraph): string =>
  exporterOf("graphml").write(testScenario({ graph, devices: ["GPU", "CPU"] }), null).text;
const readBack = (text: string): OpGraph => importFile(text, "export.graphml").scenario.graph;

describe("an exported GraphML file", () => {
  test("holds every attribute that an op and an edge can have", () => {
    const graph = parseGraph(`
      a GPU:1.5|CPU:9 8B,16B params=40 workspace=7 flops=1e9 touched=300 type=Conv group=x kinds=GPU|CPU transfer=3
      b 20 4B <- a:1 a:0 ^a
      gb 7 role=backward twin=b <- b
    `);
    expect(readBack(written(graph))).toEqual(graph);
  });

  test("keeps names that XML has other uses for, and whole networks", async () => {
    const odd = parseGraph('<a&b> 10 4B\n"c\'d" 5 <- <a&b>');
    expect(readBack(written(odd))).toEqual(odd);
    const { graph } = await resolveScenario("transformer-xl/2xP100?layers=1");
    expect(readBack(written(graph))).toEqual(graph);
  });

  test("comes back for random graphs", () => {
    const lines = fc.array(
      fc.record({
        us: fc.double({ min: 0, max: 1e6, noNaN: true }).map((us) => (us < 1e-300 ? 0 : us)),
        bytes: fc.nat(1e9),
        back: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, (ops) => {
        const text = ops.map(
          ({ us, bytes, back }, v) => `op${v} ${us} ${bytes}B${v - back >= 0 ? ` <- op${v - back}` : ""}`,
        );
        const graph = parseGraph(text.join("\n"));
        expect(readBack(written(graph))).toEqual(graph);
      }),
      { numRuns: 25 },
    );
  });

  test("equals what a graphology graph of it freezes to", () => {
    const graph = parseGraph("a 1 4B\nb 2 8B <- a\nc 3 <- a b");
    expect(fromGraphology(toGraphology(readBack(written(graph))))).toEqual(graph);
  });
});
