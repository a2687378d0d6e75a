/**
 * Pickles: files of real Python, Placeto's data sets against the published simulator's cases, and
 * hostile pickles.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSimulator, InputError, placement } from "../../../../env/index.ts";
import { Query } from "../../../../env/model/user/query.ts";
import { pickle } from "../../../../scenarios/import/pickle/importer.ts";
import { readPickle } from "../../../../scenarios/import/pickle/machine.ts";
import { PyTuple } from "../../../../scenarios/import/pickle/values.ts";
import { fileOf } from "../../../../scenarios/import/source-file.ts";
import { importFile } from "../../../../scenarios/index.ts";
import { placetoCase, placetoData, placetoDictionaries } from "./placeto-data.ts";
import { bytesOfBase64, graphPickles, hostilePickles } from "./python-pickles.ts";
import { PickleBytes, pickled } from "./write-pickle.ts";

const asQuery = (options: Readonly<Record<string, string>> = {}) =>
  new Query('Scenario file "input.pkl"', new Map(Object.entries(options)));

const read = (content: Uint8Array, options: Readonly<Record<string, string>> = {}) =>
  pickle.read(fileOf(content, "input.pkl"), asQuery(options));

describe("graphs of networkx", () => {
  test.each(graphPickles)("%s", (_what, base64) => {
    const content = bytesOfBase64(base64);
    expect(pickle.recognises(fileOf(content, "input.pkl"))).toBe(true);
    const { graph, report } = read(content);
    expect(graph.names).toEqual(["a", "b", "c"]);
    expect([...graph.measuredUs.get("*")!]).toEqual([3, 5.5, 7]);
    expect([...graph.outputBytes]).toEqual([64, 128, 0]);
    expect([...graph.edgeSource].map((source, e) => [source, graph.edgeBytes[e]])).toEqual([
      [0, 64],
      [0, 64],
      [1, 128],
    ]);
    expect(report.recognised).toMatch(/^pickle of a networkx (Multi)?DiGraph$/);
  });
});

describe("data sets of Placeto", () => {
  test("have the published rules for times, sizes and control edges", () => {
    const { graph, grouping } = read(placetoData());
    expect(graph.names).toEqual(placetoCase.ops);
    expect([...graph.measuredUs.get("*")!]).toEqual(placetoCase.cost);
    const outputs = graph.names.map((_, v) => [
      ...graph.outputBytes.slice(graph.outputStart[v], graph.outputStart[v + 1]),
    ]);
    expect(outputs).toEqual(placetoCase.outputs);
    expect([...grouping!.groupOf]).toEqual([0, 1, 1, 2, 2]);
  });

  test("take as long as the same case of the published simulator, wherever the ops are", () => {
    const imported = importFile(placetoData(), "input.pkl").scenario;
    const published = importFile(JSON.stringify(placetoCase), "case.json").scenario;
    expect(imported.fidelity).toEqual(published.fidelity);
    const [ours, theirs] = [createSimulator(imported), createSimulator(published)];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 5 }), (devices) => {
        const plan = placement(Int32Array.from(devices));
        expect(ours(plan).makespanUs).toBe(theirs(plan).makespanUs);
      }),
      { numRuns: 32 },
    );
  });

  test("may hold dictionaries in place of measurements", () => {
    const { graph } = read(placetoDictionaries({ cost_d: { left: 5 }, out_d: { x: [8], split: [1, 2] } }));
    expect([...graph.measuredUs.get("*")!]).toEqual([0, 0, 5, 0, 0]);
    expect([...graph.outputBytes]).toEqual([8, 1, 2, 0, 0]);
    expect(() => read(placetoDictionaries({}))).toThrow(
      /^the dictionary has neither step_stats nor cost_d and out_d\.$/,
    );
  });
});

describe("the machine", () => {
  test("reads what protocol 3 writes", () => {
    const value = {
      text: "é",
      bytes: Uint8Array.of(1, 2),
      numbers: [1.5, -2],
      nothing: null,
      inner: { a: 1 },
    };
    expect(readPickle(pickled(value))).toEqual(
      new Map<string, unknown>([...Object.entries({ ...value, inner: new Map([["a", 1]]) })]),
    );
  });

  test.each([
    ["a huge whole number", [0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1], 2 ** 64],
    ["a negative one", [0x8a, 1, 0xff], -1],
    ["one in 4 bytes", [0x4a, 0xfe, 0xff, 0xff, 0xff], -2],
    ["nothing in no bytes", [0x8a, 0], 0],
    ["true", [0x88], true],
  ])("%s", (_what, opcodes, expected) => {
    expect(readPickle(new PickleBytes().raw(...opcodes).end())).toBe(expected);
  });

  test("reads old texts and numbers", () => {
    const lines = (text: string) => readPickle(Buffer.from(text, "latin1"));
    expect(lines("(S'it\\'s \\x41'\nI42\nL17L\nI01\nF1.5e3\nVu\\u00e9\nt.")).toEqual(
      new PyTuple(["it's A", 42, 17, true, 1500, "ué"]),
    );
  });
});

describe("hostile pickles", () => {
  const sentenceOf = (content: Uint8Array): string => {
    try {
      read(content);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      return (error as InputError).message;
    }
    return "";
  };

  test.each(hostilePickles)("%s is refused by its name", (_what, base64) => {
    expect(sentenceOf(bytesOfBase64(base64))).toMatch(
      /^the pickle names "(posix\.system|builtins\.(eval|exec))", which is neither data nor a graph; nothing in it was run\.$/,
    );
  });

  test.each([
    ["subprocess", "csubprocess\nPopen\n)R"],
    ["an attribute of an allowed module", "ccollections\nnamedtuple\n)R"],
    ["a prototype", "c__proto__\nconstructor\n)R"],
    ["an inherited name of the list", "cbuiltins\n__proto__\n)R"],
    ["numpy's loader", "cnumpy\nload\n)R"],
    ["networkx's readers", "cnetworkx.readwrite.gpickle\nread_gpickle\n)R"],
    ["a getattr", "cbuiltins\ngetattr\n)R"],
    ["a class of Python's library", "ipathlib\nPath\n"],
    ["a persistent id", "Ppersistent\n"],
    ["an extension code", "\x82\x01"],
  ])("%s", (_what, opcodes) => {
    expect(sentenceOf(new PickleBytes().ascii(opcodes).end())).toMatch(
      /neither data nor a graph; nothing in it was run\.$|is not known or not data\.$|there is no mark\.$/,
    );
  });

  test.each([
    [
      "a memo entry far away",
      new PickleBytes().raw(0x4e, 0x72, 0xff, 0xff, 0xff, 0xff).end(),
      /holds neither/,
    ],
    [
      "bytes that are not there",
      new PickleBytes().raw(0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0).end(),
      /are announced, fewer are left/,
    ],
    [
      "a number of a gigabyte",
      new PickleBytes().raw(0x8b, 0, 0, 0, 0x40).end(),
      /a number of 1073741824 bytes/,
    ],
    [
      "a stack without end",
      new PickleBytes().raw(...new Array(30_000).fill(0x28)).end(),
      /the stack is empty/,
    ],
    ["nothing at all", new Uint8Array(0), /1 bytes are announced/],
    ["no end", Uint8Array.of(0x80, 3, 0x4e), /1 bytes are announced/],
  ])("%s", (_what, content, sentence) => {
    expect(sentenceOf(content)).toMatch(sentence);
  });

  test("a tower of lists, each naming the last ten times, stays as small as its file", () => {
    const tower = new PickleBytes().ascii("]").raw(0x71, 0);
    for (let floor = 1; floor < 200; floor++) {
      tower.ascii("](");
      for (let i = 0; i < 10; i++) tower.raw(0x68, floor - 1);
      tower.ascii("e").raw(0x71, floor);
    }
    expect(sentenceOf(tower.end())).toMatch(/holds neither a networkx graph nor a dictionary/);
  });

  test("parts that are copied over and over are refused", () => {
    const long = new PickleBytes()
      .value("x".repeat(10_000))
      .raw(0x71, 0)
      .ascii("c_codecs\nencode\n")
      .raw(0x71, 1);
    for (let i = 0; i < 1000; i++) long.ascii("h").raw(1).ascii("h").raw(0, 0x85).ascii("R0");
    expect(sentenceOf(long.end())).toMatch(/copies more than it holds/);
  });

  test("a graph whose nodes all share one set of neighbours is refused", () => {
    const count = 2000;
    const shared = new PickleBytes()
      .ascii("cnetworkx.classes.digraph\nDiGraph\n)\x81}(")
      .value("_node")
      .ascii("}(");
    for (let i = 0; i < count; i++) shared.value(`n${i}`).value({ cost: 1 });
    shared.ascii("u").value("_succ").ascii("}(").value("n0").ascii("}(");
    for (let i = 0; i < count; i++) shared.value(`n${i}`).value(null);
    shared.ascii("u").raw(0x71, 7);
    for (let i = 1; i < count; i++) shared.value(`n${i}`).ascii("h").raw(7);
    shared.ascii("uub");
    expect(sentenceOf(shared.end())).toMatch(/more edges than the file has bytes/);
  });
});

describe("pickles that are no graph", () => {
  test.each([
    ["a number", pickled(5), /neither a networkx graph nor a dictionary/],
    [
      "no times",
      placetoData({ step_stats: "x" }),
      /the file is damaged: message StepStats|StepStats is missing/,
    ],
    [
      "a metagraph that is none",
      placetoData({ optim_mg: 5 }),
      /^a MetaGraphDef is missing, or pickled in an unknown way\.$/,
    ],
  ])("%s is one sentence", (_what, content, sentence) => {
    expect(() => read(content)).toThrow(sentence);
    expect(() => read(content)).toThrow(InputError);
  });

  test("a graph without directions, and one without times", () => {
    const undirected = new PickleBytes()
      .ascii("cnetworkx.classes.graph\nGraph\n)\x81")
      .value({ _node: {}, _adj: {} })
      .ascii("b");
    expect(() => read(undirected.end())).toThrow(/^the graph is a Graph, expected a directed one\.$/);
    const timeless = new PickleBytes()
      .ascii("cnetworkx.classes.digraph\nDiGraph\n)\x81")
      .value({ _node: { a: {} }, _succ: {} })
      .ascii("b");
    expect(() => read(timeless.end())).toThrow(/^node "a" has no attribute cost, its time in us\.$/);
  });

  test("more devices than there can be", () => {
    expect(() => read(placetoData(), { devices: "1000" })).toThrow(
      /^Scenario file "input\.pkl": option "devices" is "1000", expected/,
    );
    expect(read(placetoData(), { devices: "4" }).cluster?.devices.length).toBe(4);
  });
});
