/** Loops and conditionals: how often their bodies count, and the sizes that come out. */
import { describe, expect, test } from "vitest";
import { opOf, readModel } from "./read-model.ts";
import { ints, node, opset, sequence, type TestGraph, type TestNode, value, weights } from "./write-model.ts";

const scalar = (name: string, number: number) => ({ ...ints(name, [number]), dims: [] });
const BOOL = 9;
const INT64 = 7;

/** A loop over one state, with its body's nodes from state `h` to `next`. */
function loop(trips: number | null, nodes: readonly TestNode[], more: Partial<TestGraph> = {}): TestGraph {
  const body: TestGraph = {
    node: [node("Identity", ["c"], ["go"]), ...nodes],
    input: [value("i", [], INT64), value("c", [], BOOL), value("h", ["", ""])],
    output: [value("go", [], BOOL), value("next", ["", ""])],
    ...more,
  };
  return {
    node: [node("Loop", [trips === null ? "" : "M", "", "x"], ["y"], { body })],
    input: [value("x", [4, 16])],
    initializer: [weights("W", [16, 16]), ...(trips === null ? [] : [scalar("M", trips)])],
  };
}

const product = node("MatMul", ["h", "W"], ["next"]);
const ONCE = 2 * 4 * 16 * 16;

describe("Loop", () => {
  test.each([0, 1, 20, 5_000])("costs %i passes, and its weights once", (trips) => {
    const { graph } = readModel(loop(trips, [product]));
    expect(opOf(graph, "y")).toEqual({ flops: trips * ONCE, outputs: [256] });
    expect([...graph.parameterBytes]).toEqual([0, 4 * 16 * 16]);
  });

  test("of unknown length costs as many passes as the option says, and the report names it", () => {
    expect(opOf(readModel(loop(null, [product])).graph, "y").flops).toBe(ONCE);
    const { graph, report } = readModel(loop(null, [product]), {}, { trips: "7" });
    expect(opOf(graph, "y").flops).toBe(7 * ONCE);
    expect(report.assumed.join(" ")).toContain("as many passes as the option trips says: Loop (1).");
  });

  test("grows a state that its body makes longer", () => {
    const grown = loop(3, [node("Concat", ["h", "h"], ["next"], { axis: 0 })]);
    expect(opOf(readModel(grown).graph, "y").outputs).toEqual([4 * 16 * 4 * 2 ** 3]);
  });

  test("within a loop costs the product of their passes, few or many", () => {
    const nested = (outer: number, inner: number) => {
      const body: TestGraph = {
        node: [node("Identity", ["c"], ["go"]), node("Loop", ["N", "", "h"], ["next"], { body: loopBody })],
        input: [value("i", [], INT64), value("c", [], BOOL), value("h", ["", ""])],
        output: [value("go", [], BOOL), value("next", ["", ""])],
      };
      const graph = loop(outer, [product]);
      return opOf(
        readModel({
          ...graph,
          node: [node("Loop", ["M", "", "x"], ["y"], { body })],
          initializer: [...(graph.initializer ?? []), scalar("N", inner)],
        }).graph,
        "y",
      ).flops;
    };
    const loopBody: TestGraph = {
      node: [
        node("Identity", ["k"], ["on"]),
        ...Array.from({ length: 40 }, (_, i) => node("Relu", [i === 0 ? "s" : `a${i}`], [`a${i + 1}`])),
        node("MatMul", ["a40", "W"], ["t"]),
      ],
      input: [value("j", [], INT64), value("k", [], BOOL), value("s", ["", ""])],
      output: [value("on", [], BOOL), value("t", ["", ""])],
    };
    for (const [outer, inner] of [
      [3, 5],
      [64, 64],
      [1_000, 1_000],
    ])
      expect(nested(outer, inner)).toBe(outer * inner * nested(1, 1));
  });

  test("ends where its condition is known to be false", () => {
    const body: TestGraph = {
      node: [node("Less", ["i", "two"], ["go"]), product],
      initializer: [scalar("two", 2)],
      input: [value("i", [], INT64), value("c", [], BOOL), value("h", ["", ""])],
      output: [value("go", [], BOOL), value("next", ["", ""])],
    };
    const ended = { ...loop(20, [product]), node: [node("Loop", ["M", "", "x"], ["y"], { body })] };
    expect(opOf(readModel(ended).graph, "y").flops).toBe(3 * ONCE);
  });
});

describe("Scan", () => {
  const body: TestGraph = {
    node: [node("Add", ["s", "e"], ["t"]), node("MatMul", ["t", "W"], ["o"])],
    input: [value("s", [""]), value("e", [""])],
    output: [value("t", [""]), value("o", [""])],
  };
  const graph: TestGraph = {
    node: [node("Scan", ["s0", "xs"], ["sT", "os"], { body, num_scan_inputs: 1 })],
    input: [value("s0", [16]), value("xs", [30, 16])],
    initializer: [weights("W", [16, 8])],
  };

  test("costs a pass for each slice, and stacks what it collects", () => {
    const scanned = opOf(readModel(graph).graph, "sT");
    expect(scanned).toEqual({ flops: 30 * (16 + 2 * 16 * 8), outputs: [16 * 4, 30 * 8 * 4] });
  });

  test("slices and stacks along the axes of its attributes", () => {
    const turned: TestGraph = {
      ...graph,
      node: [
        node("Scan", ["s0", "xs"], ["sT", "os"], {
          body,
          num_scan_inputs: 1,
          scan_input_axes: [1],
          scan_output_axes: [-1],
        }),
      ],
      input: [value("s0", [30]), value("xs", [30, 16])],
      initializer: [weights("W", [30, 8])],
    };
    expect(opOf(readModel(turned).graph, "sT").outputs).toEqual([30 * 4, 16 * 8 * 4]);
  });

  test("of opset 8 has a batch in front", () => {
    const batched: TestGraph = {
      ...graph,
      node: [node("Scan", ["", "s0", "xs"], ["sT", "os"], { body, num_scan_inputs: 1 })],
      input: [value("s0", [5, 16]), value("xs", [5, 30, 16])],
    };
    const scanned = opOf(readModel(batched, opset(8)).graph, "sT");
    expect(scanned).toEqual({ flops: 5 * 30 * (16 + 2 * 16 * 8), outputs: [5 * 16 * 4, 5 * 30 * 8 * 4] });
  });
});

test("SequenceMap costs its body for each tensor", () => {
  const body: TestGraph = {
    node: [node("Relu", ["e"], ["f"])],
    input: [value("e", ["", ""])],
    output: [value("f", ["", ""])],
  };
  const { graph } = readModel(
    { node: [node("SequenceMap", ["xs"], ["ys"], { body })], input: [sequence("xs", [3, 8])] },
    {},
    { "dim.xs.length": "5" },
  );
  expect(opOf(graph, "ys")).toEqual({ flops: 5 * 24, outputs: [5 * 24 * 4] });
});

test("a function's nodes take their attributes from the call, else its defaults", () => {
  const called = (attributes: Record<string, unknown>) =>
    readModel(
      {
        node: [{ ...node("Best", ["x"], ["y"], attributes), domain: "own" }],
        input: [value("x", [2, 3])],
      },
      {
        functions: [
          {
            name: "Best",
            domain: "own",
            input: ["a"],
            output: ["b"],
            node: [
              {
                ...node("ArgMax", ["a"], ["b"], { keepdims: 0 }),
                attribute: [
                  { name: "keepdims", type: 2, i: 0 },
                  { name: "axis", type: 2, ref_attr_name: "along" },
                ],
              },
            ],
            opset_import: [{ domain: "", version: 17 }],
            attribute_proto: [{ name: "along", type: 2, i: 1 }],
          },
        ],
      },
    ).graph;
  expect(opOf(called({}), "y").outputs).toEqual([2 * 8]);
  expect(opOf(called({ along: 0 }), "y").outputs).toEqual([3 * 8]);
});
