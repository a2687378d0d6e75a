import { describe, expect, test } from "vitest";
import { idealsDp } from "../../../../../agents/planners/placement/exact/ideals-dp.ts";
import { ilp } from "../../../../../agents/planners/placement/exact/ilp.ts";
import { asPlacement, type TestScenarioOptions, testScenario } from "../../../../../env/index.ts";
import { runPlanner } from "../../run-planner.ts";

const maxLoad = (options: TestScenarioOptions) => testScenario({ ...options, objective: "max-load" });

/** 3 and 3 is possible only with a and c together, which is not contiguous. */
const sandwich = "a 2 transfer=0 1B\nb 3 transfer=0 1B <- a\nc 1 <- b";
/** The ops in the order of their numbers cost 11, in the order a c b d only 10. */
const branches = "a 9\nb 2\nc 1\nd 8";

describe("ideals-dp", () => {
  test("finds the contiguous optimum, names it so, and claims no bound", async () => {
    const { best, report } = await runPlanner(idealsDp, maxLoad({ graph: sandwich }));
    expect(best!.outcome.value).toBe(4);
    expect(report).toMatchObject({
      optimalAmong: "contiguous splits",
      estimate: { value: 4, unit: "us", model: "max load" },
      ended: "done",
    });
    expect(report.bound).toBeUndefined();
  });

  test("first shows the best line, then the optimum", async () => {
    const { meter, best } = await runPlanner(idealsDp, maxLoad({ graph: branches }));
    expect(meter.curve.map(({ cost }) => cost)).toEqual([11, 10]);
    expect(best!.outcome.value).toBe(10);
  });

  test("spends its only evaluation on the optimum", async () => {
    const { best } = await runPlanner(idealsDp, maxLoad({ graph: branches }), { evaluations: 1 });
    expect(best!.outcome.value).toBe(10);
  });

  test("answers with the best line where a limit ends the search, and says so", async () => {
    const { best, report } = await runPlanner(idealsDp, maxLoad({ graph: branches }), {
      options: { ideals: 5, transitions: 11 },
    });
    expect(best!.outcome.value).toBe(11);
    expect(report.facts).toEqual([
      { name: expect.stringMatching(/within \d+ (ideals|transitions) is below$/), value: 10, unit: "us" },
    ]);
    expect(report.optimalAmong).toBeUndefined();
    expect(report.ended).toBe("limit");
  });

  test("is scored by the makespan where that is the objective, and says that it minimised max load", async () => {
    const graph = "a 10 10B\nb 10 10B <- a\nc 10 <- b";
    const { best, report } = await runPlanner(idealsDp, testScenario({ graph, bytesPerUs: 10 }));
    expect(best!.outcome.value).toBe(31);
    expect(report.optimalAmong).toBe("contiguous splits for max load");
  });

  test("certifies the optimum where asked, and tells what replication would give", async () => {
    const graph = "a 10 1B params=3\nb 10 1B params=3 <- a";
    const scenario = maxLoad({ graph, devices: 4, bytesPerUs: 1e3 });
    const options = { certify: 1_000, replication: true };
    const { report } = await runPlanner(idealsDp, scenario, { options });
    expect(report.optimalAmong).toBe("contiguous splits");
    expect(report.facts).toEqual([
      { name: "certified by a plain search of", value: expect.any(Number), unit: "steps" },
      {
        name: expect.stringMatching(/replicated stages \((4|2-2)\)$/),
        value: expect.closeTo(5, 1),
        unit: "us",
      },
    ]);
    const short = await runPlanner(idealsDp, scenario, { options: { certify: 1 } });
    expect(short.report.facts![0].name).toBe("not certified: a plain search ended after");
  });

  test("gives one sentence where nothing fits", async () => {
    // The first and the last would fit together, away from the one between them.
    const graph = "a 1 params=50\nb 1 params=90 <- ^a\nc 1 params=40 <- ^b";
    const { best, report } = await runPlanner(idealsDp, maxLoad({ graph, memoryBytes: 100 }));
    expect(best).toBeNull();
    expect(report.failure).toMatch(
      /^None found: no contiguous split fits the memory .* others were not tried\.$/,
    );
  });
});

describe("ilp", () => {
  test("finds a better plan than any contiguous one and proves it", async () => {
    const { best, report } = await runPlanner(ilp, maxLoad({ graph: sandwich }));
    expect(best!.outcome.value).toBe(3);
    expect(report.bound!.value).toBeCloseTo(3, 5);
    expect(report.bound!.value).toBeLessThanOrEqual(3);
    const [a, b, c] = asPlacement(best!.plan).device;
    expect([a === c, a === b]).toEqual([true, false]);
  });

  test("proves the contiguous optimum, but reports no bound on all plans", async () => {
    const { best, report } = await runPlanner(ilp, maxLoad({ graph: sandwich }), {
      options: { contiguous: true },
    });
    expect(best!.outcome.value).toBe(4);
    expect(report.bound).toBeUndefined();
    expect(report.facts).toEqual([
      { name: "no contiguous plan is below", value: expect.closeTo(4, 5), unit: "us" },
      { name: "integer program", value: "solved" },
      { name: "nodes", value: 0 },
    ]);
  });

  test("spends its only evaluation on the last solution", async () => {
    const { best, meter } = await runPlanner(ilp, maxLoad({ graph: sandwich }), { evaluations: 1 });
    expect(meter.spent).toBe(1);
    expect(best!.outcome.value).toBe(3);
  });

  test("bounds the makespan with transfers", async () => {
    // On one device 22; apart, 11 + 10 of transfer + 1.
    const graph = "a 1 100B\nb 10 100B <- a\nc 10 100B <- a\nd 1 <- b c";
    const { best, report, meter } = await runPlanner(ilp, testScenario({ graph, bytesPerUs: 10 }));
    expect(meter.bounds()[0]).toMatchObject({ argument: "critical path", value: 12 });
    expect(best!.outcome.value).toBe(22);
    expect(report.bound!.value).toBeCloseTo(22, 4);
  });

  test("gives one sentence where the program would be too large, or nothing fits", async () => {
    const large = await runPlanner(ilp, maxLoad({ graph: branches }), { options: { size: 20 } });
    expect(large.report.failure).toMatch(
      /^The graph is too large for an integer program: \d+ coefficients, limit 20/,
    );
    const full = await runPlanner(ilp, maxLoad({ graph: "a 1 params=70\nb 1", memoryBytes: 50 }));
    expect(full.report.failure).toMatch(/^Proven infeasible: op "a" needs 70 B/);
    const wrong = await runPlanner(ilp, testScenario({ graph: branches }), { options: { contiguous: true } });
    expect(wrong.report.failure).toBe("Only max-load programs can be contiguous; the objective is makespan.");
  });
});
