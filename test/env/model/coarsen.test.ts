/**
 * Laws of coarsening, on random layered graphs, and the two rules on graphs small enough to check
 * by eye.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  atMost,
  colocationGrouping,
  type Grouping,
  groupsForPlacement,
  holdsAtMost,
  keepsParallelWork,
  mergeSingleConsumers,
  type OpGraph,
  parseGraph,
} from "../../../env/index.ts";

/** Groups as lists of op names, in group order. */
const shown = (graph: OpGraph, { groupCount, groupOf }: Grouping): string[] =>
  Array.from({ length: groupCount }, (_, g) => graph.names.filter((_, v) => groupOf[v] === g).join(""));

const chain = parseGraph("a 10 4B\nb 10 4B <- a\nc 10 4B <- b\nd 10 <- c");
const diamond = parseGraph("a 10 4B\nb 10 4B <- a\nc 10 4B <- a\nd 10 4B <- b c\ne 10 <- d");
const skip = parseGraph("a 10 4B\nb 10 4B <- a\nc 10 4B <- b\nd 10 4B <- c a\ne 10 <- d a");

/** Ops 0..n-1 with edges to later ops, some on the CPU alone, some co-located. */
const graphs = fc
  .record({
    size: fc.integer({ min: 2, max: 14 }),
    edges: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 24 }),
    hosted: fc.array(fc.nat(13), { maxLength: 2 }),
    times: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 14, maxLength: 14 }),
    pairs: fc.array(fc.nat(12), { maxLength: 2 }),
  })
  .map(({ size, edges, hosted, times, pairs }) =>
    parseGraph(
      Array.from({ length: size }, (_, v) => {
        const sources = [
          ...new Set(edges.filter(([from, to]) => to === v && from < v).map(([from]) => from)),
        ];
        const paired = pairs.findIndex((first) => first === v || first + 1 === v);
        return [
          `op${v} ${times[v]} 4B`,
          hosted.includes(v) && paired === -1 ? " kinds=CPU" : "",
          paired === -1 ? "" : ` group=p${paired}`,
          sources.length > 0 ? ` <- ${sources.map((u) => `op${u}`).join(" ")}` : "",
        ].join("");
      }).join("\n"),
    ),
  );

describe("the single-consumer rule", () => {
  test("folds a chain into its end, and a diamond too when it is read literally", () => {
    expect(shown(chain, mergeSingleConsumers(chain, colocationGrouping(chain)))).toEqual(["abcd"]);
    expect(shown(diamond, mergeSingleConsumers(diamond, colocationGrouping(diamond)))).toEqual(["abcde"]);
  });

  test("keeps the branches of a diamond apart where parallel work counts", () => {
    const grouping = mergeSingleConsumers(diamond, colocationGrouping(diamond), [keepsParallelWork]);
    expect(shown(diamond, grouping)).toEqual(["a", "b", "c", "de"]);
  });

  test("merges past a shortcut, whose producer comes before the chain anyway", () => {
    const grouping = mergeSingleConsumers(skip, colocationGrouping(skip), [keepsParallelWork]);
    expect(shown(skip, grouping)).toEqual(["abcde"]);
  });

  test("does not count a producer without work as parallel work", () => {
    const graph = parseGraph("w 0 4B\na 10 4B\nb 10 4B <- a w\nc 10 <- w");
    const grouping = mergeSingleConsumers(graph, colocationGrouping(graph), [keepsParallelWork]);
    expect(shown(graph, grouping)).toEqual(["w", "ab", "c"]);
  });

  test("stops a chain at the share of all work that a group may hold", () => {
    const grouping = mergeSingleConsumers(chain, colocationGrouping(chain), [holdsAtMost(0.5)]);
    expect(shown(chain, grouping)).toEqual(["ab", "cd"]);
  });

  test("never joins ops that different device kinds support", () => {
    const graph = parseGraph("a 10 4B kinds=CPU\nb 10 4B <- a\nc 10 <- b");
    expect(shown(graph, mergeSingleConsumers(graph, colocationGrouping(graph)))).toEqual(["a", "bc"]);
  });

  test("looks at forward ops only: gradients that come back do not keep a chain apart", () => {
    const graph = parseGraph(`
      a 10 4B group=a
      b 10 4B group=b <- a
      gb 10 4B role=backward twin=b group=b <- b
      ga 10 role=backward twin=a group=a <- gb a
    `);
    expect(mergeSingleConsumers(graph, colocationGrouping(graph)).groupCount).toBe(1);
  });
});

describe("at most N groups", () => {
  test("merges the joined pair of least work first", () => {
    const graph = parseGraph("a 50 4B\nb 1 4B <- a\nc 2 4B <- b\nd 50 <- c");
    expect(shown(graph, atMost(graph, colocationGrouping(graph), 3))).toEqual(["a", "bc", "d"]);
  });

  test("leaves out pairs that a longer path joins too", () => {
    const graph = parseGraph("a 1 4B\nb 90 4B <- a\nc 1 4B <- a b\nd 30 <- c");
    expect(shown(graph, atMost(graph, colocationGrouping(graph), 3))).toEqual(["a", "b", "cd"]);
  });

  test("says how many groups are needed where device kinds differ", () => {
    const graph = parseGraph("a 10 4B kinds=CPU\nb 10 4B <- a\nc 10 <- b");
    expect(() => atMost(graph, colocationGrouping(graph), 1)).toThrow(
      "The graph cannot be grouped into 1 groups: 2 are needed, one for each set of device kinds.",
    );
    expect(() => atMost(graph, colocationGrouping(graph), 0)).toThrow(
      "expected a whole number of at least 1",
    );
  });
});

describe("every coarsening", () => {
  const support = (graph: OpGraph, v: number) => graph.supportedKinds[v]?.join() ?? "any";
  const quotientIsAcyclic = (graph: OpGraph, { groupCount, groupOf }: Grouping): boolean => {
    const waiting = new Int32Array(groupCount);
    const edges = new Set<number>();
    for (let e = 0; e < graph.edgeCount; e++) {
      const [from, to] = [groupOf[graph.edgeSource[e]], groupOf[graph.edgeDestination[e]]];
      if (from !== to) edges.add(from * groupCount + to);
    }
    for (const edge of edges) waiting[edge % groupCount]++;
    const open = [...waiting.keys()].filter((g) => waiting[g] === 0);
    let seen = 0;
    for (let g = open.pop(); g !== undefined; g = open.pop()) {
      seen++;
      for (const edge of edges)
        if (Math.floor(edge / groupCount) === g && --waiting[edge % groupCount] === 0)
          open.push(edge % groupCount);
    }
    return seen === groupCount;
  };

  test("joins only whole groups of equal support, and keeps an acyclic graph of groups acyclic", () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 3, max: 12 }), (graph, limit) => {
        const start = colocationGrouping(graph);
        const acyclic = quotientIsAcyclic(graph, start);
        for (const coarse of [
          mergeSingleConsumers(graph, start),
          mergeSingleConsumers(graph, start, [keepsParallelWork]),
          groupsForPlacement(graph, start.groupCount),
          atMost(graph, start, Math.max(limit, 2)),
        ]) {
          expect(coarse.groupCount).toBeLessThanOrEqual(start.groupCount);
          const coarseOf = new Map<number, number>();
          for (let v = 0; v < graph.opCount; v++) {
            const known = coarseOf.get(start.groupOf[v]) ?? coarse.groupOf[v];
            expect(coarse.groupOf[v]).toBe(known);
            coarseOf.set(start.groupOf[v], known);
            const first = coarse.members[coarse.memberStart[coarse.groupOf[v]]];
            expect(support(graph, v)).toBe(support(graph, first));
          }
        }
        if (acyclic) expect(quotientIsAcyclic(graph, mergeSingleConsumers(graph, start))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("gives exactly the number of groups asked for, while there are enough", () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 2, max: 12 }), (graph, limit) => {
        const start = colocationGrouping(graph);
        expect(atMost(graph, start, limit).groupCount).toBe(Math.min(limit, start.groupCount));
      }),
      { numRuns: 200 },
    );
  });
});
