import { describe, expect, test } from "vitest";
import { graphBuilder, InputError, type OpSpec, parseGraph } from "../../../../env/index.ts";

const one = (spec: Partial<OpSpec>) => () => graphBuilder().op({ name: "conv1", ...spec });

describe("the graph builder", () => {
  test.each([
    [
      "an unknown source",
      () => parseGraph("a 1\nb 1 <- x"),
      'Edge "x" -> "b": source names the unknown op "x".',
    ],
    [
      "an unknown destination",
      () =>
        graphBuilder()
          .op({ name: "a", outputs: [1] })
          .edge({ from: "a", to: "z" })
          .build(),
      'Edge "a" -> "z": destination names the unknown op "z".',
    ],
    ["a duplicate op", () => parseGraph("a 1\na 2"), 'Op "a" is declared twice; op names must be unique.'],
    ["an edge to itself", () => parseGraph("a 1 4B <- a"), 'Op "a": an edge leads from the op to itself.'],
    ["NaN", one({ flops: Number.NaN }), 'Op "conv1": flops is NaN, expected a finite number of at least 0.'],
    [
      "a workspace that is no number",
      one({ workspaceBytes: Number.NaN }),
      'Op "conv1": workspaceBytes is NaN',
    ],
    ["a negative number", one({ parameterBytes: -4 }), 'Op "conv1": parameterBytes is -4, expected'],
    [
      "infinity",
      one({ measuredUs: { V100: Number.POSITIVE_INFINITY } }),
      'Op "conv1": measuredUs.V100 is Infinity',
    ],
    [
      "bytes past 2^53",
      one({ outputs: [8, 2 ** 54] }),
      'Op "conv1": outputs[1] is 18014398509481984 bytes, more than 2^53',
    ],
    ["an empty graph", () => graphBuilder().build(), "The graph is empty: at least one op is needed."],
    [
      "an output not declared",
      () => parseGraph("a 1 4B\nb 1 <- a:1"),
      'output is 1, but op "a" declares 1 output.',
    ],
    ["an unknown twin", () => parseGraph("a 1 twin=q"), 'Op "a": twin names the unknown op "q".'],
  ])("says in one sentence what is wrong with %s", (_, build, sentence) => {
    expect(build).toThrow(InputError);
    expect(build).toThrow(sentence);
  });

  test("spells out a cycle", () => {
    expect(() => parseGraph("s 1 1B\na 1 1B <- s c\nb 1 1B <- a\nc 1 1B <- b\nd 1 <- c")).toThrow(
      'The graph has a cycle: "a" -> "b" -> "c" -> "a"; every edge must lead forward.',
    );
  });

  test("keeps inputs in declared order and uses by consumer, and orders ops topologically with the smallest id first", () => {
    const graph = parseGraph("c 1 <- b a:1 ^a\na 1 4B,8B\nb 1 2B <- a");
    expect(graph.names).toEqual(["c", "a", "b"]);
    const inputsOfC = [...graph.edgeSource.slice(graph.inStart[0], graph.inStart[1])];
    expect(inputsOfC).toEqual([2, 1, 1]);
    expect([...graph.edgeOutput.slice(0, 3)]).toEqual([0, 1, -1]);
    expect([...graph.edgeBytes.slice(0, 3)]).toEqual([2, 8, 0]);
    const usesOfA = [...graph.outEdge.slice(graph.outStart[1], graph.outStart[2])];
    expect(usesOfA.map((e) => graph.edgeDestination[e])).toEqual([0, 0, 2]);
    expect([...graph.topologicalOrder]).toEqual([1, 2, 0]);
  });
});
