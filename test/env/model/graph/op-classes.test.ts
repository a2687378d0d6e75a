import { expect, test } from "vitest";
import { parseGraph } from "../../../../env/model/graph/dsl.ts";
import { opClasses } from "../../../../env/model/graph/op-classes.ts";

const graph = parseGraph(`
w 0 40B params=40 <-
x 1 8B <-
a 1 8B,2B params=5 <- w x
b 1 8B,40B role=backward twin=a <- a:1
c 1 40B role=backward <- b
n 1 4B role=backward <- b:0
s 1 40B role=backward <- b:1 c
u 1 role=update twin=w <- s
v 1 role=update twin=a <- ^n
`);
const { once, fixedPort, weightsPhase } = opClasses(graph);
const marked = (flags: Uint8Array) => graph.names.filter((_, v) => flags[v] === 1);
const portsOf = (name: string) => {
  const v = graph.names.indexOf(name);
  return [...fixedPort.slice(graph.outputStart[v], graph.outputStart[v + 1])];
};

test("variables, gradient sums and updates run once", () => {
  expect(marked(once)).toEqual(["w", "s", "u", "v"]);
});

test("variables and weight gradients do not scale with the batch", () => {
  expect(portsOf("w")).toEqual([1]);
  expect(portsOf("b")).toEqual([0, 1]);
  expect(portsOf("c")).toEqual([1]);
  expect(portsOf("s")).toEqual([1]);
  // Neither an activation nor an output that nothing but a control edge uses.
  expect([portsOf("a"), portsOf("n")]).toEqual([[0, 0], [0]]);
});

test("ops that make weight gradients alone are of the weights phase", () => {
  expect(marked(weightsPhase)).toEqual(["c", "s"]);
});

test("a sum of other things than weight gradients is none", () => {
  const other = opClasses(
    parseGraph(
      "a 1 8B <-\nb 1 8B role=backward <- a\nc 1 8B role=backward <- a\nd 1 8B role=backward <- b c",
    ),
  );
  expect([...other.once]).toEqual([0, 0, 0, 0]);
});
