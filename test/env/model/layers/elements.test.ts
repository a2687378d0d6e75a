import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGraph, testScenario } from "../../../../env/index.ts";
import { contract } from "../../../../env/model/layers/elements.ts";
import { randomSplit } from "../../../agents/exact/random-split.ts";

function together(graph: string, options = {}): string[] {
  const { of, count } = contract(testScenario({ graph, ...options }));
  const { names } = parseGraph(graph);
  return Array.from({ length: count }, (_, element) => names.filter((_, v) => of[v] === element).join(" "));
}

describe("contraction to elements", () => {
  test("keeps a co-location class together", () => {
    expect(together("a 1 group=g\nb 1\nc 1 group=g")).toEqual(["a c", "b"]);
  });

  test("lets backward and update ops follow their twin", () => {
    expect(together("f 1\ng 1 <- ^f\nh 2 role=backward twin=g <- ^g\nu 1 role=update twin=f <- ^h")).toEqual([
      "f u",
      "g h",
    ]);
  });

  test("fuses what lies on a path that leaves a class and comes back", () => {
    expect(together("a 1 group=g\nb 1 <- ^a\nc 1 group=g <- ^b\nd 1 <- ^c")).toEqual(["a b c", "d"]);
  });

  test("orders orphan backward ops against the backward edges", () => {
    expect(together("b2 1 role=backward\nb1 1 role=backward <- ^b2")).toEqual(["b1", "b2"]);
  });

  test("keeps that order where a forward op is merged into the orphan", () => {
    const graph = "w 0 4B\nf 5 group=f\nb2 1 4B role=backward <- w\nb1 1 role=backward group=f <- b2";
    const { of, successors } = contract(testScenario({ graph }));
    expect(of[0]).toBe(of[2]);
    expect(successors[of[1]]).toEqual([of[2]]);
  });

  test("merges idle ops into their only neighbour, again and again", () => {
    expect(together("w 0 4B\nx 0 4B <- w\na 5 4B <- x\nb 5 <- a")).toEqual(["w x a", "b"]);
    expect(together("w 0 4B\na 5 4B <- w\nb 5 <- a w")).toEqual(["w", "a", "b"]);
  });

  test("says where merged weights may matter to a memory limit", () => {
    const graph = "w 0 4B params=60\na 5 params=60 <- w";
    expect(contract(testScenario({ graph, memoryBytes: 100 })).lossless).toBe(false);
    expect(contract(testScenario({ graph, memoryBytes: 120 })).lossless).toBe(true);
  });

  test("numbers elements so that every edge leads up", () => {
    fc.assert(
      fc.property(randomSplit({ maxOps: 12, maxClasses: 12, maxAccelerators: 2 }), (scenario) => {
        const { successors, count, of } = contract(scenario);
        expect(new Set(of).size).toBe(count);
        successors.forEach((list, element) => {
          for (const to of list) expect(to).toBeGreaterThan(element);
        });
      }),
    );
  });
});
