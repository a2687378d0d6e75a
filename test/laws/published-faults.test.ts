/**
 * Faults of published code that must never be ours: those that are not of one agent. A law holds
 * for our code; a twin with the fault put in breaks it. docs/architecture.md lists all faults.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type PlannerModule, traitsOf } from "../../agents/contract.ts";
import { groupFeatures } from "../../agents/nets/group-features.ts";
import { visitColumns, visitOf } from "../../agents/nets/visit.ts";
import { defaultMethods, methods } from "../../agents/registry/registry.ts";
import { runMethod } from "../../agents/run/run.ts";
import {
  createRefineEnv,
  createRng,
  evaluator,
  type Fidelity,
  fidelities,
  metered,
  placement,
  scenarioHash,
  simulate,
  testScenario,
} from "../../env/index.ts";
import type { ScenarioTable } from "../../results/comparison/compare.ts";
import type { Row } from "../../results/comparison/ranking.ts";
import { verdictOf } from "../../results/comparison/verdict.ts";
import { pairedDifference } from "../../results/statistics/paired-difference.ts";
import type { SystemCheck } from "../bench/systems/check.ts";

describe("fault 3, feature columns that overlap", () => {
  /** Each size of each group is one of a kind, so no two columns may be equal. */
  const scenario = testScenario({
    graph: "a 10 40B params=70\nb 20 20B params=10 <- a\nc 40 50B params=20 <- a\nd 30 10B params=40 <- b c",
    devices: 2,
  });
  const GROUPS = 4;
  const columnOf = (table: Float32Array, columns: number, column: number) =>
    Array.from({ length: table.length / columns }, (_, row) => table[row * columns + column]);

  /** By name, what a table must show of the third step of an episode from one device. */
  const shown: Readonly<Record<string, readonly number[]>> = {
    compute: [0.25, 0.5, 1, 0.75],
    outputBytes: [0.8, 0.4, 1, 0.2],
    parameterBytes: [1, 1 / 7, 2 / 7, 4 / 7],
    visits: [1, 1, 0, 0],
    isCurrent: [0, 0, 1, 0],
    relativeStart: [-30 / 70, -20 / 70, 0, 40 / 70],
  };
  const law = (table: Float32Array, names: readonly string[]) => {
    expect(table).toHaveLength(GROUPS * names.length);
    for (const [c, name] of names.entries())
      for (const [g, value] of columnOf(table, names.length, c).entries())
        expect(value, `${name} of group ${g}`).toBeCloseTo(shown[name][g], 6);
  };
  const observed = () => {
    const env = createRefineEnv({ scenario, start: [0, 0, 0, 0] });
    env.reset();
    env.step(0);
    return env.step(0).observation;
  };
  /** The table with one column written to the place of another. */
  const overlapping = (table: Float32Array, columns: number, from: number, to: number) =>
    table.map((value, i) => (i % columns === to ? table[i - to + from] : value));

  test("are not in the observation", () => {
    const { groups, groupColumns } = observed();
    expect(new Set(groupColumns)).toEqual(new Set(Object.keys(shown)));
    law(groups, groupColumns);
  });

  test("are not in what Placeto's policy sees of it", () => law(visitOf(observed()).features, visitColumns));

  test("would be seen, whichever column is written over", () => {
    const { groups, groupColumns: names } = observed();
    for (const to of names.keys())
      expect(() => law(overlapping(groups, names.length, (to + 1) % names.length, to), names)).toThrow();
  });

  /** Sizes, predecessors, and successors with the group itself. */
  const sequenceLaw = ({ values, columns, types }: ReturnType<typeof groupFeatures>) => {
    const from = (column: number) => columnOf(values, columns, types + column);
    expect(columns).toBe(types + 4 + 2 * GROUPS);
    for (const [c, size] of [shown.compute, shown.compute, shown.parameterBytes, shown.outputBytes].entries())
      from(c).forEach((value, g) => {
        expect(value).toBeCloseTo(size[g], 6);
      });
    const predecessors = [[], [0], [0], [1, 2]];
    const successors = [[1, 2], [3], [3], []];
    for (let g = 0; g < GROUPS; g++)
      for (let other = 0; other < GROUPS; other++) {
        expect(from(4 + other)[g]).toBe(predecessors[g].includes(other) ? 1 : 0);
        expect(from(4 + GROUPS + other)[g]).toBe(other === g || successors[g].includes(other) ? 1 : 0);
      }
  };

  test("are not in what sequence models see", () => sequenceLaw(groupFeatures(scenario)));

  test("would be seen there", () => {
    const ours = groupFeatures(scenario);
    // One block of columns begins a column too early.
    for (const block of [2, 4, 4 + GROUPS]) {
      const at = ours.types + block;
      const values = overlapping(ours.values, ours.columns, at, at - 1);
      expect(() => sequenceLaw({ ...ours, values })).toThrow();
    }
  });
});

describe("fault 5, simplifications of the simulator that nobody named", () => {
  /** One tensor for three devices, a control edge, and weights. */
  const told = (fidelity: Partial<Fidelity> = {}) =>
    testScenario({
      graph: "a 10 40B params=100\nb 10 <- a\nc 10 <- a\nd 10 <- a\ne 10 <- ^a",
      devices: 4,
      fidelity,
    });
  const plan = placement([0, 1, 2, 2, 3]);

  const multicastLaw = (fidelity?: Partial<Fidelity>) => {
    // One copy for each device that needs the tensor, one after the other on the sender's link.
    const { startUs, linkBusyUs } = simulate(told(fidelity), plan);
    expect([...startUs].slice(0, 4)).toEqual([0, 14, 18, 28]);
    expect(linkBusyUs[0]).toBe(8);
  };
  const controlLaw = (fidelity?: Partial<Fidelity>) =>
    expect(simulate(told(fidelity), plan).startUs[4]).toBe(10);
  const weightsLaw = (fidelity?: Partial<Fidelity>) =>
    expect(simulate(told(fidelity), plan).peakBytes[0]).toBeGreaterThanOrEqual(100);

  test("are not the default: copies are charged one by one", () => multicastLaw());
  test("are not the default: control edges carry no data", () => controlLaw());
  test("are not the default: weights are in memory", () => weightsLaw());

  test.each<[string, (fidelity: Partial<Fidelity>) => void, Partial<Fidelity>]>([
    ["multicast charged once", multicastLaw, { multicast: "free" }],
    ["multicast charged for each consumer", multicastLaw, { multicast: "per-consumer" }],
    ["control edges charged as data", controlLaw, { controlEdges: "output-0" }],
    ["weights left out of memory", weightsLaw, { memory: "outputs-only" }],
  ])("would be seen: %s", (_, law, fidelity) => {
    expect(() => law(fidelity)).toThrow();
    // The switch is part of what a scenario is, so no score can hide it.
    expect(scenarioHash(told(fidelity))).not.toBe(scenarioHash(told()));
  });

  test("are named where a published simulator has them", () => {
    const published = fidelities.filter(
      ({ multicast, controlEdges, memory }) =>
        multicast !== "per-device" || controlEdges !== "free" || memory !== "training",
    );
    expect(published.map(({ name }) => name)).toEqual(["placeto"]);
  });
});

describe("fault 6, a temperature in units of time", () => {
  /** A power of two, so that every time scales without rounding. */
  const FACTOR = 1024;
  const times = [10, 25, 40, 15, 30, 35, 20, 45, 5, 50];
  const inputs = ["", "", "a", "a b", "b", "c d", "d", "e", "f g", "h i"];
  const scaled = (factor: number) =>
    testScenario({
      graph: times
        .map((us, v) => {
          const from = inputs[v] === "" ? "" : ` <- ${inputs[v]}`;
          return `${"abcdefghij"[v]} ${us * factor} ${100 + 30 * v}B${from}`;
        })
        .join("\n"),
      devices: 3,
      bytesPerUs: 8 / factor,
      latencyUs: 2 * factor,
    });

  const scored = async (module: PlannerModule, options: object, factor: number) => {
    const scenario = scaled(factor);
    const meter = metered(evaluator(scenario), { simulations: 300 });
    await runMethod({ module, options: module.options.parse(options), scenario, meter, rng: createRng(1) });
    return meter.curve.map(({ simulations, cost }) => [simulations, cost / factor]);
  };
  /** Multiplying all times by a constant changes no decision. */
  const law = async (module: PlannerModule, options: object = {}) =>
    expect(await scored(module, options, FACTOR)).toEqual(await scored(module, options, 1));

  const searches = methods.filter(
    (method): method is PlannerModule => method.kind === "planner" && traitsOf(method).effort === "endless",
  );

  test.each(searches.map((module) => [module.card.id, module] as const))("is not in %s", (_, module) =>
    law(module),
  );

  test("would be seen: FlexFlow's code has one in milliseconds", async () => {
    const mcmc = searches.find(({ card }) => card.id === "mcmc")!;
    await expect(law(mcmc, { unit: "ms", beta: 1 })).rejects.toThrow();
  });
});

describe("fault 8, a saving of more than 100%", () => {
  type Saving = (before: number, after: number) => number;
  const law = (saving: Saving) => {
    for (const [before, after] of [
      [100, 25],
      [100, 1],
      [1e6, 1],
    ]) {
      expect(saving(before, after)).toBeLessThan(1);
      expect(saving(before, after)).toBeCloseTo((before - after) / before, 9);
    }
  };

  test("is not in differences of methods", () =>
    law((before, after) => -pairedDifference([after, after], [before, before]).value));

  test("would be seen: a speed-up is no saving", () => {
    expect(() => law((before, after) => before / after - 1)).toThrow();
  });

  /** "120% shorter" and its like. */
  const impossible = (text: string) =>
    [...text.matchAll(/(\d[\d,]*(?:\.\d+)?)% (?:shorter|less|lower|below|smaller|cheaper|of .{1,20} saved)/g)]
      .filter(([, number]) => Number(number.replaceAll(",", "")) > 100)
      .map(([words]) => words);

  test("is in no page", () => {
    for (const [name, text] of pages) expect(impossible(text), name).toEqual([]);
  });

  test("would be seen in a page", () => {
    expect(impossible("It is 61% shorter, or 1,350% less than before.")).toEqual(["1,350% less"]);
  });
});

describe("fault 9, a learner that is scored beside random alone", () => {
  const agents = methods
    .filter(({ kind, traits }) => kind === "agent" && traits?.special !== true)
    .map(({ card }) => card.id);
  const lists = ["heft", "best-list", "critical-path-first", "etf"];
  const idOf = (spec: string) => spec.replace(/\?.*$/, "");
  const law = (specs: readonly string[]) => {
    const ids = specs.map(idOf);
    if (!ids.some((id) => agents.includes(id))) return;
    expect(ids).toEqual(expect.arrayContaining(["hill-climb", "best"]));
    expect(ids.filter((id) => lists.includes(id))).not.toEqual([]);
  };
  const example = JSON.parse(
    readFileSync(new URL("../../results/example/report.json", import.meta.url), "utf8"),
  );
  /** First cells of the rows of each table of a page. */
  const tablesOf = (text: string) =>
    text
      .split("\n\n")
      .filter((part) => part.startsWith("| method |"))
      .map((part) => [...part.matchAll(/^\| `([^`]+)`/gm)].map(([, spec]) => spec));

  test("is not what a comparison does unless told to", () => law(defaultMethods));

  test("is not in the example", () => {
    const specs = new Set<string>(example.cells.map(({ method }: { method: string }) => method));
    expect([...specs].map(idOf)).toEqual(expect.arrayContaining([...agents]));
    law([...specs]);
  });

  test("is not in the tables of what agents reach", () => {
    const tables = tablesOf(new Map(pages).get("agents/results.md")!);
    expect(tables.length).toBeGreaterThan(1);
    tables.forEach(law);
  });

  test("would be seen", () => {
    expect(() => law(["seq2seq?hidden=8", "random"])).toThrow();
    expect(() => law(["seq2seq", "random", "hill-climb", "best"])).toThrow();
    expect(() =>
      tablesOf("| method | gap |\n|---|---|\n| `gdp` | 1 |\n| `random` | 2 |").forEach(law),
    ).toThrow();
  });
});

describe("fault 10, averages over one seed", () => {
  const intervalLaw = (interval: typeof pairedDifference) => {
    const { low, high } = interval([90], [100]);
    expect(low < 0 && high > 0, "one pair decides nothing").toBe(true);
  };

  test("give no interval that leaves out zero", () => intervalLaw(pairedDifference));

  test("would be seen in an interval", () => {
    expect(() => intervalLaw(() => ({ value: -0.1, low: -0.1, high: -0.1 }))).toThrow();
  });

  /** A table in which an agent is 10% ahead of every planner. */
  const verdict = (seeds: number) => {
    const row = (method: string, kind: "agent" | "planner", mean: number, rank: number) =>
      ({
        method,
        kind,
        mean,
        rank,
        seeds,
        feasibleSeeds: seeds,
        gap: mean / 50 - 1,
        failure: null,
      }) as unknown as Row;
    const rows = [row("gdp", "agent", 60, 1), row("best", "planner", 66, 2)];
    return verdictOf({ rows, unit: "us", objective: "makespan" } as unknown as ScenarioTable);
  };
  const verdictLaw = (sentence: string) => expect(sentence).toContain("one seed shows no win");

  test("are no win of an agent", () => {
    verdictLaw(verdict(1));
    expect(verdict(5)).not.toContain("one seed");
  });

  test("would be seen in a verdict", () => {
    expect(() => verdictLaw(verdict(1).replace(/; one seed[^.]*/, ""))).toThrow();
  });

  /**
   * Systems with a figure of learning from one seed, as their pages say. Runs of several would take
   * days.
   */
  const told = ["gdp", "regal"];
  const ofLearning = /mean|within \d+%|better by/;
  const lineLaw = (lines: readonly SystemCheck[]) =>
    expect(
      lines.filter(
        ({ system, target, seeds }) => seeds < 3 && ofLearning.test(target) && !told.includes(system),
      ),
    ).toEqual([]);
  const lines = async () => {
    const systems = new URL("../bench/systems/learned/", import.meta.url);
    const modules = ["colocrl", "doppler", "gdp", "hdp", "placeto", "regal", "spotlight"];
    const loaded = await Promise.all(modules.map((name) => import(new URL(`${name}.ts`, systems).href)));
    return loaded.flatMap(({ checks }) => checks as readonly SystemCheck[]);
  };

  test("are in no line that a system is held to, but where the page says so", async () => {
    lineLaw(await lines());
    for (const id of told) expect(new Map(pages).get(`agents/${id}.md`)).toMatch(/\b[Oo]ne seed\b/);
  });

  test("would be seen in such a line", async () => {
    const [line] = (await lines()).filter(({ target }) => ofLearning.test(target));
    expect(() => lineLaw([{ ...line, system: "new", seeds: 1 }])).toThrow();
  });
});

const docs = new URL("../../docs/", import.meta.url);
/** Pages by path, with their text. */
const pages = readdirSync(docs, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => [name, readFileSync(new URL(name, docs), "utf8")] as const);
