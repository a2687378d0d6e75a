/**
 * GraphML, GEXF and DOT: attributes as work, times and sizes; files of other programs; hostile
 * files.
 */
import { describe, expect, test } from "vitest";
import { CONTROL, InputError, parseGraph, scenarioHash, testScenario } from "../../../../env/index.ts";
import { exporters } from "../../../../results/export/index.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { dotSamples, gexfSamples, graphmlSamples } from "../samples/drawn-graphs.ts";

const read = (content: string | Uint8Array, options: Record<string, string> = {}) =>
  importFile(content, "drawn", new Map(Object.entries(options)));
const refusal = (content: string, options: Record<string, string> = {}): string => {
  try {
    read(content, options);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};
const [networkx, own] = graphmlSamples;

describe("GraphML", () => {
  test("takes times, bytes and types from the attributes that the options name", () => {
    const { graph } = read(networkx.content, networkx.options).scenario;
    expect(graph.measuredUs.get("*")).toEqual(Float64Array.of(500, 2000, 1250));
    expect(graph.types).toEqual(["Conv", "op", "op"]);
    expect([...graph.edgeBytes]).toEqual([4096, 4096, 16]);
    expect([...graph.outputBytes]).toEqual([4096, 16]);
  });

  test("says which attributes it did not use", () => {
    const { report } = read(networkx.content, { "allow-unknown": "true" });
    expect(report.dropped).toEqual(["Attributes: cost, kind."]);
    expect(report.assumed.join(" ")).toMatch(/time=ATTRIBUTE names one/);
  });

  test("reads ports, control edges, groups and times by kind, in the order of the inputs", () => {
    const { graph } = read(own.content).scenario;
    expect([...graph.edgeOutput]).toEqual([0, CONTROL, 1]);
    expect(graph.colocationCount).toBe(1);
    expect(graph.measuredUs.get("P100")?.[1]).toBe(50);
    expect(graph.supportedKinds[2]).toEqual(["P100"]);
  });

  test("reads what our export writes as the same graph", () => {
    const graph = parseGraph(
      "a 5 400B params=8 touched=100 flops=1000 type=Conv2D\nb P100:50|CPU:900 80B,16B group=g <- a\nc 20 8B role=backward twin=b group=g <- b:1 b:0 ^a\nd 1 kinds=P100 <- c",
    );
    const scenario = testScenario({ graph, devices: ["P100", "CPU"] });
    const exporter = exporters.find(({ name }) => name === "graphml");
    const { text } = exporter!.write({ ...scenario, name: 'a <"strange"> name' }, null);
    const again = read(text).scenario.graph;
    expect(scenarioHash({ ...scenario, graph: again })).toBe(scenarioHash(scenario));
  });

  test("leaves no trace of keys that name parts of every object", () => {
    for (const domain of ["__proto__", "constructor", "toString"])
      for (const key of ["__proto__", "constructor", "polluted", "keys", "hasOwnProperty"]) {
        const text = `<graphml><key id="${key}" for="${domain}" attr.name="${key}" attr.type="${key}"><default>x</default></key>
          <graph edgedefault="directed"><node id="${key}"><data key="${key}">1</data></node></graph></graphml>`;
        const before =
          Object.getOwnPropertyNames(Object.prototype).join() + Object.getOwnPropertyNames(Object).join();
        try {
          read(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
        const after =
          Object.getOwnPropertyNames(Object.prototype).join() + Object.getOwnPropertyNames(Object).join();
        expect(after).toBe(before);
        expect(typeof Object.keys).toBe("function");
      }
  });

  test("does not expand entities", () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><graphml><graph edgedefault="directed"><node id="&b;"/></graph></graphml>`;
    expect(refusal(laughs)).toMatch(/not well-formed XML at line 1, column \d+\.$/);
  });

  test.each([
    ["<graphml><graph edgedefault='directed'></graph>", /not well-formed XML/],
    ["<graphml></graphml>", /has no graph element\.$/],
    ["<graphml><graph/></graphml>", /edges are of no declared direction, expected directed/],
    [
      "<graphml><graph edgedefault='undirected'/></graphml>",
      /edges are undirected.*edges=directed takes them/,
    ],
    ["<graphml><graph edgedefault='directed'/></graphml>", /The graph is empty/],
    ["<graphml><graph edgedefault='directed'><node/></graph></graphml>", /node number 1 has no id\.$/],
    [
      "<graphml><graph edgedefault='directed'><node id='a'/><node id='a'/></graph></graphml>",
      /"a" is declared twice/,
    ],
    [
      "<graphml><graph edgedefault='directed'><node id='a'/><edge source='a' target='b'/></graph></graphml>",
      /the edge "a" -> "b": its target is no node of the file\.$/,
    ],
    [
      "<graphml><graph edgedefault='directed'><node id='a'/><node id='b'/><edge source='a' target='b'/><edge source='b' target='a'/></graph></graphml>",
      /The graph has a cycle: "a" -> "b" -> "a"/,
    ],
    [
      "<graphml><graph edgedefault='directed'><node id='a'/><node id='b'/><edge source='a' target='b' directed='false'/></graph></graphml>",
      /the edge "a" -> "b" is undirected/,
    ],
    [
      "<graphml><key id='t' for='node' attr.name='time' attr.type='string'/><graph edgedefault='directed'><node id='a'><data key='t'>soon</data></node></graph></graphml>",
      /Node "a": time is "soon", expected a number\.$/,
    ],
  ])("%s is one sentence", (text, sentence) => expect(refusal(text)).toMatch(sentence));

  test("refuses an option that names no attribute", () => {
    expect(refusal(String(networkx.content), { time: "costs" })).toMatch(
      /names the attribute "costs", which no node has\.$/,
    );
  });
});

describe("GEXF", () => {
  test("takes times from attributes, defaults included, and bytes from weights", () => {
    const { graph } = read(gexfSamples[0].content).scenario;
    expect(graph.measuredUs.get("*")?.subarray(0, 2)).toEqual(Float64Array.of(12.5, 3));
    expect([...graph.parameterBytes]).toEqual([8, 64, 8]);
    expect([...graph.edgeBytes]).toEqual([128, 64]);
  });

  test("asks before it gives undirected edges a direction", () => {
    expect(refusal(String(gexfSamples[1].content))).toMatch(
      /is undirected, expected directed ones; edges=directed takes/,
    );
  });
});

describe("DOT", () => {
  test("reads defaults, chains, subgraphs, quoted names and labels", () => {
    const { graph } = read(dotSamples[0].content).scenario;
    expect(graph.names).toEqual(["in", "conv 1", "relu", "loss"]);
    expect(graph.dtype).toBe("float16");
    expect(graph.types[1]).toBe("Conv2D");
    expect(graph.measuredUs.get("*")).toEqual(Float64Array.of(0.5, 40, 2, 1.5));
    const edges = Array.from({ length: graph.edgeCount }, (_, e) =>
      [graph.edgeSource[e], graph.edgeDestination[e]].map((v) => graph.names[v]).join(">"),
    );
    expect(edges.sort()).toEqual(["conv 1>loss", "conv 1>relu", "in>conv 1", "in>loss", "relu>loss"]);
    expect(graph.edgeBytes.reduce((sum, bytes) => sum + bytes, 0)).toBe(4 * 64 + 8);
  });

  test.each([
    ["graph { a -- b }", /undirected, expected a digraph/],
    ["digraph { a -- b }", /undirected \(--\)/],
    ["digraph { a -> }", /line 1: found "}", expected a node\.$/],
    ["digraph { a -> b", /ends before its closing brace\.$/],
    ["digraph { a } b", /found "b", expected the end of the file\.$/],
    ["digraph { a [x=<b }", /an HTML label has no end\.$/],
    ['digraph { "a }', /line 1: the string "a } has no end\.$/],
    [`digraph { ${"{".repeat(500)}`, /nested more than 100 deep\.$/],
    ["digraph { a -> b -> a }", /The graph has a cycle/],
  ])("%s is one sentence", (text, sentence) => expect(refusal(text, { format: "dot" })).toMatch(sentence));
});
