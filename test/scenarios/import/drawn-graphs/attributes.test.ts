/** Drawn graphs: attributes by option, what lacks one, the direction of edges, and encodings. */
import { describe, expect, test } from "vitest";
import { InputError, type OpGraph } from "../../../../env/index.ts";
import { importFile } from "../../../../scenarios/index.ts";

const read = (content: string | Uint8Array, options: Record<string, string> = {}) =>
  importFile(content, "drawn", new Map(Object.entries(options)));
const refusal = (content: string | Uint8Array, options: Record<string, string> = {}): string => {
  try {
    read(content, options);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};
const edgesOf = ({ edgeCount, edgeSource, edgeDestination, names }: OpGraph) =>
  Array.from({ length: edgeCount }, (_, e) => `${names[edgeSource[e]]}>${names[edgeDestination[e]]}`).sort();
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** A GraphML file; an attribute is `key=value`. */
function graphml(nodes: Record<string, string>, edges: readonly string[]): string {
  const data = (text: string) =>
    text
      .split(" ")
      .filter(Boolean)
      .map((part) => `<data key="${part.split("=")[0]}">${part.split("=")[1]}</data>`)
      .join("");
  return `<graphml><graph edgedefault="directed">${Object.entries(nodes)
    .map(([id, text]) => `<node id="${id}">${data(text)}</node>`)
    .join("")}${edges
    .map((edge) => `<edge source="${edge[0]}" target="${edge[1]}">${data(edge.slice(3))}</edge>`)
    .join("")}</graph></graphml>`;
}

describe("sizes and times from attributes of nodes", () => {
  const sized = graphml({ a: "cost=5 out_size=1000", b: "cost=7 out_size=10", c: "cost=7 out_size=10" }, [
    "ab",
    "ac",
  ]);

  test("output names the bytes of a node's output", () => {
    const { graph } = read(sized, { time: "cost", output: "out_size" }).scenario;
    expect([...graph.outputBytes]).toEqual([1000, 10, 10]);
    expect([...graph.edgeBytes]).toEqual([1000, 1000]);
    expect(
      read("digraph{a[time=1 size=8]; b[time=1 size=2]; a->b}", { output: "size" }).scenario.graph.edgeBytes,
    ).toEqual(Float64Array.of(8));
  });

  test("time.KIND names the time on one kind of device", () => {
    const text = graphml({ a: "cpu_time=50 gpu_time=5", b: "cpu_time=70 gpu_time=1" }, ["ab bytes=4"]);
    const options = { "time.CPU": "cpu_time", "time.P100": "gpu_time", unit: "ms" };
    const { scenario, report } = read(text, options);
    expect(scenario.graph.measuredUs).toEqual(
      new Map([
        ["CPU", Float64Array.of(50_000, 70_000)],
        ["P100", Float64Array.of(5000, 1000)],
      ]),
    );
    expect(report.assumed.join(" ")).toContain('The attribute "gpu_time" is the run time in ms on P100.');
    expect(refusal(text, { "time.GPU": "gpu_time" })).toMatch(
      /option time\.GPU is for a device kind that cluster "4xP100" does not have; it has P100, CPU\.( Did you mean "CPU"\?)?$/,
    );
    expect(refusal(text, { "time.P100": "gpu" })).toMatch(
      /option "time\.P100" names the attribute "gpu", which no node has\.$/,
    );
  });

  test("times of kinds without a device are told, and keep ops where they were measured", () => {
    const text = `digraph{a[measuredUs="{\\"V100\\":1,\\"P100\\":3}"]; b[measuredUs="{\\"P100\\":5}"]; a->b}`;
    const { report } = read(text);
    expect(report.dropped.join(" ")).toContain(
      "Measured times for V100: no device of the cluster is of that kind.",
    );
    expect(report.assumed.join(" ")).toContain(
      "2 ops run only on devices of the kinds that they have a measured time for.",
    );
    expect(refusal(`digraph{a[measuredUs="{\\"V100\\":300}"]}`)).toMatch(
      /op "a" has no FLOP and measured times for V100 alone, but cluster "4xP100" has devices of P100, CPU\.$/,
    );
  });
});

describe("a missing attribute", () => {
  test("makes the work of a node unknown, and is told with the node", () => {
    const { scenario, report } = read(graphml({ a: "time=5", b: "trainable=no" }, ["ab bytes=1"]));
    expect(report.assumed.join(" ")).toContain(
      '1 node of 2 has no "time" or other attribute of work, which is taken for unknown: "b".',
    );
    expect(scenario.meta.unknownWork).toEqual({ ops: 1, outOf: 2, types: { op: 1 } });
    expect([...scenario.graph.flops]).toEqual([0, 1]);
  });

  test("of most nodes refuses the graph", () => {
    const text = "digraph{a[time=1]; a->b->c->d}";
    expect(refusal(text)).toMatch(/the work of 3 ops of 4 is not known: op 3\. Option allow-unknown=true/);
    expect(read(text, { "allow-unknown": "true" }).scenario.graph.opCount).toBe(4);
  });

  test.each([
    ["a size", { output: "size" }, '1 node of 3 has no "size", so no known size: "c".'],
    ["a time by kind", { "time.CPU": "slow" }, '2 nodes of 3 have no "slow", so no time on CPU: "b", "c".'],
    ["the bytes of an edge", {}, '1 edge of 2 has no "bytes" and carry the whole output: "b -> c".'],
  ])("is told of %s", (_, options, sentence) => {
    const text = "digraph{a[time=1 size=8 slow=9]; b[time=2 size=8]; c[time=3]; a->b[bytes=8]; b->c}";
    expect(read(text, options as Record<string, string>).report.assumed).toContain(sentence);
  });
});

describe("the direction of edges", () => {
  test.each([
    ["digraph{a->b->c}", "declared", ["a>b", "b>c"]],
    ["digraph{a->b->c}", "reversed", ["b>a", "c>b"]],
    ["graph{a--b--c}", "directed", ["a>b", "b>c"]],
    ["graph{a--b--c}", "reversed", ["b>a", "c>b"]],
    ["digraph{a->b[dir=back]; b->c[dir=both]}", "declared", ["b>a", "b>c"]],
    ["digraph{edge[dir=back]; a->b->c}", "declared", ["b>a", "c>b"]],
    [graphml({ a: "", b: "" }, ["ab"]), "reversed", ["b>a"]],
    [
      '<gexf version="1.2"><graph><nodes><node id="a"/><node id="b"/></nodes><edges><edge source="a" target="b"/></edges></graph></gexf>',
      "reversed",
      ["b>a"],
    ],
  ])("%s, %s", (text, edges, expected) => {
    expect(edgesOf(read(text, { edges, "allow-unknown": "true" }).scenario.graph)).toEqual(expected);
  });

  test("is told where it is not as written", () => {
    const { report } = read("digraph{a[time=1]; b[time=1]; a->b[dir=back]}");
    expect(report.assumed).toContain(
      "1 edge with dir=back lead from the second node to the first, as drawn.",
    );
    expect(
      read("digraph{a[time=1]; b[time=1]; a->b}", { edges: "reversed" }).report.assumed.join(" "),
    ).toContain("Edges lead from consumer to producer and are turned round");
  });
});

describe("strings and encodings", () => {
  test("strings that + joins are one, over lines and comments", () => {
    const { graph } = read(
      'digraph net { "layer" + "1" [time=2.0]\n "layer1" -> b [bytes=5]\n b [time="3." /* half */ + // two parts\n "5"] "a\\"" + "+" [time=1] }',
    ).scenario;
    expect(graph.names).toEqual(["layer1", "b", 'a"+']);
    expect(graph.measuredUs.get("*")).toEqual(Float64Array.of(2, 3.5, 1));
    expect(refusal('digraph{"a" + b}', { format: "dot" })).toMatch(
      /line 1: expected a string in quotes after "\+"\.$/,
    );
  });

  test.each([
    ["a statement at the end", 'digraph{ caf\u00e9 [time=2]; caf\u00e9->b; b[time=1]; charset="latin1" }'],
    ["an attribute of the graph", 'digraph{ graph[charset="ISO-8859-1"]; caf\u00e9 [time=2]; b[time=1] }'],
    ["another name of Graphviz", "digraph{ charset=l1; caf\u00e9 [time=2]; b[time=1] }"],
  ])("a DOT file names its charset in %s", (_, text) => {
    expect(read(latin1(text)).scenario.graph.names).toEqual(["caf\u00e9", "b"]);
  });

  test("a DOT file is UTF-8 where it names none, also where a label speaks of a charset", () => {
    const text = 'digraph{ caf\u00e9 [time=2 label="charset=latin1"] }';
    expect(read(text).scenario.graph.names).toEqual(["caf\u00e9"]);
    expect(refusal(latin1("digraph{ caf\u00e9 [time=2] }"))).toMatch(
      /the file is not text: its bytes are not UTF-8\.$/,
    );
    expect(refusal("digraph{ a [time=2]; charset=klingon }")).toMatch(
      /encoding is "klingon", which is not known\.$/,
    );
  });

  test("an XML file is in the encoding that it declares, or that its first bytes tell", () => {
    const body = graphml({ "caf\u00e9": "time=2" }, []);
    const names = (content: string | Uint8Array) => read(content).scenario.graph.names;
    expect(names(latin1(`<?xml version="1.0" encoding="ISO-8859-1"?>${body}`))).toEqual(["caf\u00e9"]);
    expect(names(new Uint8Array(Buffer.from(`\ufeff<?xml version="1.0"?>${body}`, "utf16le")))).toEqual([
      "caf\u00e9",
    ]);
    expect(names(`\ufeff${body}`)).toEqual(["caf\u00e9"]);
    expect(names(body.replace("caf\u00e9", "caf&#233;&#x21;"))).toEqual(["caf\u00e9!"]);
    expect(refusal(`<?xml version="1.0" encoding="none"?>${body}`)).toMatch(
      /encoding is "none", which is not known/,
    );
  });
});

const malformed = /the file is not well-formed XML at line 1, column \d+\.$/;

describe("XML in our own words", () => {
  test.each([
    ["<gexf/>", "gexf", /the file has no graph element\.$/],
    ["<gexf><graph/></gexf>", "gexf", /The graph is empty: at least one op is needed\.$/],
    ["<graphml><a></graphml>", "graphml", malformed],
    ["<graphml></graphml><a/>", "graphml", malformed],
    ["<graphml>\n<node id=a/></graphml>", "graphml", /not well-formed XML at line 2, column 10\.$/],
    ["<graphml><node id='a' id='b'/></graphml>", "graphml", malformed],
    ["<graphml><!-- </graphml>", "graphml", malformed],
    ["<graphml><![CDATA[</graphml>", "graphml", malformed],
    ["<!DOCTYPE x [ <!ENTITY a 'b'> <graphml/>", "graphml", malformed],
    ["text<graphml/>", "graphml", malformed],
    ["<graphml>&nbsp;</graphml>", "graphml", malformed],
    ["<graphml>", "graphml", malformed],
  ])("%s", (text, format, sentence) => {
    const said = refusal(text, { format });
    expect(said).toMatch(sentence);
    expect(said).not.toMatch(/saxes|graphology|parser|undefined/i);
  });

  test("prefixes, CDATA, nested graphs and data of programs are read", () => {
    const { graph } = read(
      `<g:graphml xmlns:g="x"><g:key id="d" for="node" attr.name="time"><g:default>4</g:default></g:key><g:graph edgedefault="directed">
        <g:node id="a"><g:data key="d"><![CDATA[2]]></g:data><g:graph id="in"><g:node id="b"/></g:graph></g:node>
        <g:edge source="a" target="b"/></g:graph></g:graphml>`,
    ).scenario;
    expect(graph.names).toEqual(["a", "b"]);
    expect(graph.measuredUs.get("*")).toEqual(Float64Array.of(2, 4));
  });
});
