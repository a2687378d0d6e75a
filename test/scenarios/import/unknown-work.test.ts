/** An op without a rule is not free: mostly unknown graphs are refused, the rest says so. */
import { expect, test } from "vitest";
import { graphBuilder, type OpGraph, parseGraph } from "../../../env/index.ts";
import { unknownWorkText } from "../../../env/model/graph/unknown-work.ts";
import { checkUnknownWork } from "../../../scenarios/import/unknown-work.ts";

const chain = chainOf({ a: [0, 4], b: [8, 4], c: [8, 4], d: [8, 400] });

/** Ops one after the other, with their FLOP and the bytes that they make. */
function chainOf(ops: Record<string, readonly [number, number]>): OpGraph {
  const builder = graphBuilder();
  const names = Object.keys(ops);
  for (const name of names) builder.op({ name, flops: ops[name][0], outputs: [ops[name][1]] });
  names.slice(1).forEach((name, i) => {
    builder.edge({ from: names[i], to: name });
  });
  return builder.build();
}

test("a graph of known work says nothing", () => {
  expect(checkUnknownWork(chain, undefined, false)).toBeNull();
});

test("a few unknown ops come in and are told by type", () => {
  const found = checkUnknownWork(chain, { withoutRule: [1], withoutSize: [1] }, false);
  expect(found).toEqual({ ops: 1, outOf: 3, types: { op: 1 } });
  expect(unknownWorkText(found!)).toBe(
    "Work unknown for 1 of 3 ops (op 1): values, bounds and gaps are of the graph as assumed.",
  );
});

test("most ops, or one op that makes most bytes, is refused unless allowed", () => {
  for (const withoutRule of [[1, 2], [3]]) {
    const unknown = { withoutRule, withoutSize: [] };
    expect(() => checkUnknownWork(chain, unknown, false)).toThrow(/of 3 is not known: .*allow-unknown=true/);
    expect(checkUnknownWork(chain, unknown, true)?.ops).toBe(withoutRule.length);
  }
});

test("a graph without work is refused, a measured time of 0 is a statement", () => {
  const free = chainOf({ a: [0, 4], b: [0, 4] });
  expect(() => checkUnknownWork(free, undefined, false)).toThrow("no op has work");
  expect(checkUnknownWork(parseGraph("a 0 4B\nb 0 <- a"), undefined, false)).toBeNull();
});

test("views do not outnumber what is unknown", () => {
  const graph = chainOf({
    a: [0, 4],
    view: [0, 4],
    shape: [0, 4],
    name: [0, 4],
    b: [8, 4],
    c: [8, 4],
    d: [8, 4],
  });
  const unknown = { withoutRule: [], withoutSize: [4, 5], hint: "Option shape.a=1 sets it." };
  expect(() => checkUnknownWork(graph, unknown, false)).toThrow(/2 ops of 6 .* Option shape\.a=1 sets it\.$/);
});
