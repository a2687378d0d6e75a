/**
 * Laws that every named coarsening rule keeps, on random training graphs, and each rule on graphs
 * small enough to check by eye.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coarsen,
  coarseningReport,
  coarseningRules,
  colocationGrouping,
  contractSeriesParallel,
  createScenario,
  cutBytes,
  evaluator,
  fuseComponents,
  type Grouping,
  groupGraph,
  InputError,
  isAcyclic,
  liftToOps,
  multilevel,
  type OpGraph,
  opWork,
  parseGraph,
  placement,
  testScenario,
} from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";

/** Groups as lists of op names, in group order. */
const shown = (graph: OpGraph, { groupCount, groupOf }: Grouping): string[] =>
  Array.from({ length: groupCount }, (_, g) => graph.names.filter((_, v) => groupOf[v] === g).join(""));

/**
 * A forward graph of 2 to 10 ops, some on the CPU alone. Some have a mirrored backward op, tied to
 * its twin or not.
 */
const graphs = fc
  .record({
    size: fc.integer({ min: 2, max: 10 }),
    edges: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 16 }),
    hosted: fc.array(fc.nat(9), { maxLength: 2 }),
    times: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 10, maxLength: 10 }),
    mirrored: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    tied: fc.boolean(),
  })
  .map(({ size, edges, hosted, times, mirrored, tied }) => {
    const forward = [
      ...new Set(edges.filter(([a, b]) => a < b && b < size).map(([a, b]) => `${a}>${b}`)),
    ].map((edge) => edge.split(">").map(Number));
    const lines = Array.from({ length: size }, (_, v) => {
      const inputs = forward.filter(([, to]) => to === v).map(([from]) => `op${from}`);
      const kinds = hosted.includes(v) ? " kinds=CPU" : "";
      return `op${v} ${times[v]} 4B${kinds}${tied ? ` group=c${v}` : ""}${inputs.length > 0 ? ` <- ${inputs.join(" ")}` : ""}`;
    });
    const backward = Array.from({ length: size }, (_, i) => size - 1 - i)
      .filter((v) => mirrored[v])
      .map((v) => {
        const later = forward.filter(([from, to]) => from === v && mirrored[to]).map(([, to]) => `back${to}`);
        const kinds = hosted.includes(v) ? " kinds=CPU" : "";
        return `back${v} ${times[v]} 8B role=backward twin=op${v}${kinds}${tied ? ` group=c${v}` : ""} <- op${v} ${later.join(" ")}`;
      });
    return parseGraph([...lines, ...backward].join("\n"));
  });

const supportCount = (graph: OpGraph): number =>
  new Set(graph.supportedKinds.map((kinds) => kinds?.join() ?? "any")).size;

describe.each(coarseningRules.map(({ name }) => name))("the rule %s", (rule) => {
  test("keeps co-location classes whole, device support possible, all work, and the limit", () => {
    let compared = 0;
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 12 }), (graph, limit) => {
        let groups: Grouping;
        try {
          groups = coarsen(graph, rule, limit);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          // Fusion may find a cycle that no device supports; otherwise one group for each set of
          // kinds always exists.
          if (rule !== "scc") expect(limit).toBeLessThan(supportCount(graph));
          return;
        }
        compared++;
        expect(groups.groupCount).toBeLessThanOrEqual(limit);
        const ofClass = new Map<number, number>();
        for (let v = 0; v < graph.opCount; v++) {
          const c = graph.colocation[v];
          if (c === -1) continue;
          expect(groups.groupOf[v]).toBe(ofClass.get(c) ?? groups.groupOf[v]);
          ofClass.set(c, groups.groupOf[v]);
        }
        const { cluster } = testScenario({ graph: "a 1", devices: ["GPU", "CPU"] });
        const base = testScenario({ graph, devices: ["GPU", "CPU"] });
        expect(() => createScenario({ ...base, cluster, grouping: groups })).not.toThrow();
        const work = new Float64Array(groups.groupCount);
        opWork(graph).forEach((of, v) => {
          work[groups.groupOf[v]] += of;
        });
        expect(work.reduce((sum, of) => sum + of, 0)).toBe(opWork(graph).reduce((sum, of) => sum + of, 0));
      }),
      { numRuns: drawn(40), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(20));
  });

  test("lifts plans to ops: each op gets its group's device, and the op-level scenario scores the same", () => {
    let compared = 0;
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(1), { minLength: 20, maxLength: 20 }), (graph, choice) => {
        const base = testScenario({ graph, devices: ["CPU", "CPU"] });
        const groups = ungroupable(() => coarsen(graph, rule));
        if (groups === null) return;
        compared++;
        const groupDevice = Int32Array.from({ length: groups.groupCount }, (_, g) => choice[g % 20]);
        const device = liftToOps(groups, groupDevice);
        device.forEach((d, v) => {
          expect(d).toBe(groupDevice[groups.groupOf[v]]);
        });
        const grouped = evaluator(createScenario({ ...base, grouping: groups })).evaluate(placement(device));
        expect(grouped).toEqual(evaluator(base).evaluate(placement(device)));
      }),
      { numRuns: drawn(20), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(10));
  });

  test("answers the same twice", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const once = ungroupable(() => coarsen(graph, rule));
        expect(ungroupable(() => coarsen(graph, rule))).toEqual(once);
      }),
      { numRuns: 10 },
    );
  });
});

/** Null where fusion meets a cycle that no device kind supports. */
function ungroupable(make: () => Grouping): Grouping | null {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain("no device kind supports");
    return null;
  }
}

const chainAndFork = parseGraph(
  "a 10 4B\nb 10 4B <- a\nc 10 4B <- b\nd 10 4B <- b\ne 10 4B <- d\nf 10 4B <- c e\ng 10 <- f",
);

describe("chain contraction", () => {
  test("makes each maximal chain one group and keeps branches apart", () => {
    expect(shown(chainAndFork, coarsen(chainAndFork, "chain"))).toEqual(["ab", "c", "de", "fg"]);
  });

  test("ends a chain where other device kinds are needed", () => {
    const graph = parseGraph("a 10 4B\nb 10 4B kinds=CPU <- a\nc 10 4B kinds=CPU <- b\nd 10 <- c");
    expect(shown(graph, coarsen(graph, "chain"))).toEqual(["a", "bc", "d"]);
  });
});

describe("series-parallel contraction", () => {
  test("folds a fork and join, nested or with a shortcut, into one group", () => {
    const shortcut = parseGraph("a 10 4B\nb 10 4B <- a\nc 10 4B <- b a\nd 10 4B <- c a\ne 10 <- d");
    for (const graph of [chainAndFork, shortcut])
      expect(coarsen(graph, "series-parallel").groupCount).toBe(1);
  });

  test("stops at the knot of a graph that is not series-parallel", () => {
    const knot = parseGraph("s 1 4B\na 10 4B <- s\nb 10 4B <- s\nc 10 4B <- a b\nd 10 4B <- b\nt 1 <- c d");
    expect(coarsen(knot, "series-parallel").groupCount).toBe(6);
  });

  test("contracts what is small first when a limit is given", () => {
    const graph = parseGraph("a 90 4B\nb 1 4B <- a\nc 2 4B <- b\nd 50 4B <- c\ne 60 <- d");
    expect(shown(graph, contractSeriesParallel(graph, colocationGrouping(graph), 4))).toEqual([
      "a",
      "bc",
      "d",
      "e",
    ]);
  });
});

describe("fusion of circles", () => {
  const classes = parseGraph(`
    a 10 4B group=a
    b 10 4B group=b <- a
    gb 10 4B role=backward twin=b group=b <- b
    ga 10 4B role=backward twin=a group=a <- gb
    c 10 <- ga
  `);

  test("makes groups of forward and backward twins that wait for each other one group", () => {
    expect(isAcyclic(classes, colocationGrouping(classes))).toBe(false);
    expect(shown(classes, coarsen(classes, "scc"))).toEqual(["abgbga", "c"]);
  });

  test("is the finest acyclic coarsening: no group is touched outside a circle", () => {
    let compared = 0;
    fc.assert(
      fc.property(graphs, (graph) => {
        const start = colocationGrouping(graph);
        const fused = ungroupable(() => fuseComponents(graph, start));
        if (fused === null) return;
        compared++;
        expect(isAcyclic(graph, fused)).toBe(true);
        expect(fused.groupCount === start.groupCount).toBe(isAcyclic(graph, start));
      }),
      { numRuns: drawn(100), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(50));
  });
});

describe("fixed-size blocks", () => {
  test("cuts the topological order into blocks of like op counts", () => {
    const chain = parseGraph("a 1 4B\nb 90 4B <- a\nc 1 4B <- b\nd 1 4B <- c\ne 1 4B <- d\nf 1 <- e");
    expect(shown(chain, coarsen(chain, "fixed-size", 3))).toEqual(["ab", "cd", "ef"]);
  });

  test("gives each set of device kinds its own blocks", () => {
    const graph = parseGraph("a 1 4B kinds=CPU\nb 1 4B <- a\nc 1 4B <- b\nd 1 4B <- c\ne 1 <- d");
    expect(shown(graph, coarsen(graph, "fixed-size", 3))).toEqual(["a", "bc", "de"]);
  });
});

describe("multilevel clustering", () => {
  test("joins along the heaviest edges first", () => {
    const graph = parseGraph("a 10 900B\nb 10 4B <- a\nc 10 900B <- b\nd 10 <- c");
    expect(shown(graph, coarsen(graph, "multilevel", 2))).toEqual(["ab", "cd"]);
  });

  test("pairs parts of a graph that no edge joins, and ops without work", () => {
    const loose = parseGraph("a 0\nb 0\nc 0\nd 0\ne 0");
    expect(multilevel(loose, colocationGrouping(loose), 2).groupCount).toBe(2);
  });
});

describe("limits and names", () => {
  test.each(coarseningRules.map(({ name }) => name))(
    "%s says when a limit is no number of groups",
    (rule) => {
      for (const limit of [0, -1, 1.5, Number.NaN])
        expect(() => coarsen(chainAndFork, rule, limit)).toThrow(InputError);
    },
  );

  test("suggests a rule for a mistyped name", () => {
    expect(() => coarsen(chainAndFork, "multilevl")).toThrow('Did you mean "multilevel"?');
  });
});

describe("the report", () => {
  test("counts each output once for each other group that reads it", () => {
    const graph = parseGraph("a 10 100B\nb 10 4B <- a\nc 30 <- a\nd 10 <- b");
    const report = coarseningReport(graph, coarsen(graph, "chain"));
    expect(report).toEqual({
      ops: 4,
      groups: 3,
      largestOps: 2,
      cutBytes: 200,
      opCutBytes: 204,
      workImbalance: 1.5,
      largestWorkShare: 0.5,
      acyclic: true,
    });
  });

  test("counts cut bytes as the group graph does", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const scenario = testScenario({ graph, devices: ["CPU", "GPU"] });
        const expected = groupGraph(scenario).edgeBytes.reduce((sum, bytes) => sum + bytes, 0);
        expect(cutBytes(graph, scenario.grouping.groupOf)).toBe(expected);
      }),
      { numRuns: drawn(100) },
    );
  });
});
