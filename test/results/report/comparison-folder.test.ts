import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InputError } from "../../../env/index.ts";
import { type RunCell, runCell } from "../../../results/cells/cell.ts";
import { faultsAsRows } from "../../../results/cells/failed-cell.ts";
import { type CompareRequest, compare } from "../../../results/comparison/compare.ts";
import { type ComparisonParts, openComparison } from "../../../results/report/comparison-folder.ts";
import { knownMethods } from "../../../results/training/run-inputs.ts";
import { trainParts } from "../../../results/training/train.ts";
import { mutated } from "../../laws/mutate.ts";
import { scenarios, request as training, walkerWith } from "../training/walker.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "placement-gym-"));
  path = join(folder, "run");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = () => 0;
const request: CompareRequest = {
  scenarios: ["toy/pipeline"],
  methods: ["heft"],
  seeds: 1,
  seed: 0,
  budget: { simulations: 20 },
};
const inputsOf = async (methods: readonly string[]) => (await knownMethods(methods)).inputs;
const open = (asked: CompareRequest, other: Partial<ComparisonParts> = {}) =>
  openComparison({ path, request: asked, versions: { "placement-gym": "1.0.0" }, inputsOf, ...other });

/** Runs what is asked in the folder; answers the cells that were run. */
async function run(asked: CompareRequest, own: RunCell = runCell, signal?: AbortSignal): Promise<string[]> {
  const opened = await open(asked);
  const ran: string[] = [];
  const counting: RunCell = (spec, hooks) => {
    ran.push(`${spec.method} on ${spec.scenario}, ${spec.seedIndex}`);
    return own(spec, hooks);
  };
  try {
    const hooks = { runCell: opened.keeping(counting), kept: opened.kept, clock, cpuClock: clock, signal };
    await opened.write(await compare(opened.request, hooks));
  } finally {
    opened.close();
  }
  return ran;
}

const textOf = (name: string, of = path) => readFileSync(join(of, name), "utf8");
const everyFile = () =>
  Object.fromEntries(
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "utf8")]),
  );

/** The refusal, and that it has changed nothing. */
async function refusalOf(asked: CompareRequest, other: Partial<ComparisonParts> = {}): Promise<string> {
  const before = everyFile();
  const refusal = await open(asked, other).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(InputError);
  expect(everyFile()).toEqual(before);
  expect((refusal as Error).message).toMatch(/^[^\n]+\.$/);
  return (refusal as Error).message;
}

describe("the folder of a finished comparison", () => {
  test("grows by methods, scenarios and seeds to the report that one command would have given", async () => {
    expect(await run(request)).toEqual(["heft on toy/pipeline, 0"]);
    expect(await run({ ...request, methods: ["random"] })).toEqual(["random on toy/pipeline, 0"]);
    expect(await run({ ...request, scenarios: ["toy/chain"] })).toEqual([
      "heft on toy/chain, 0",
      "random on toy/chain, 0",
    ]);
    expect(await run({ ...request, seeds: 2 })).toHaveLength(4);
    const grown = [textOf("report.json"), textOf("run.json"), textOf("index.html")];
    path = join(folder, "at once");
    const scenarios = ["toy/pipeline", "toy/chain"];
    await run({ ...request, scenarios, methods: ["heft", "random"], seeds: 2 });
    expect([textOf("report.json"), textOf("run.json"), textOf("index.html")]).toEqual(grown);
  });

  test("answers the same command again without a run, to the same bytes", async () => {
    await run(request);
    const before = everyFile();
    expect(await run(request)).toEqual([]);
    expect({ ...everyFile(), [join(path, "times.json")]: "" }).toEqual({
      ...before,
      [join(path, "times.json")]: "",
    });
  });

  test("keeps its cells in the report when an extension is interrupted", async () => {
    await run({ ...request, methods: ["heft", "random"] });
    await run({ ...request, scenarios: ["toy/chain"] }, runCell, AbortSignal.abort());
    const report = JSON.parse(textOf("report.json"));
    expect(report.complete).toBe(false);
    expect(report.cells.map(({ method }: { method: string }) => method)).toEqual(["heft", "random"]);
    expect(await run(request)).toHaveLength(2);
    expect(JSON.parse(textOf("report.json"))).toMatchObject({ complete: true, cells: { length: 4 } });
  });

  test.each([
    ["budget", { budget: { simulations: 30 } }, "budget 20 simulations, this one has 30 simulations"],
    ["budget's unit", { budget: { evaluations: 20 } }, "budget 20 simulations, this one has 20 evaluations"],
    ["root seed", { seed: 1 }, "seed 0, this one has 1"],
    ["objective", { objective: "latency" as const }, 'objective unset, this one has "latency"'],
    ["backend", { backend: "cpu" as const }, 'backend unset, this one has "cpu"'],
  ])("refuses another %s", async (_, change, sentence) => {
    await run(request);
    expect(await refusalOf({ ...request, ...change })).toBe(
      `"${path}" holds a comparison with ${sentence}; name another folder with --out.`,
    );
  });

  test("refuses other versions, options and files, and names what has changed", async () => {
    const files = { "./mine.ts": "01" };
    await run(request);
    expect(await refusalOf(request, { versions: { "placement-gym": "2.0.0" } })).toMatch(
      /was begun by placement-gym 1\.0\.0, this is placement-gym 2\.0\.0/,
    );
    const options = { heft: { pool: "other" } };
    expect(await refusalOf(request, { inputsOf: async () => ({ files, options }) })).toMatch(
      /^Method "heft" had the options \{"pool":"all",.*\} when the run in/,
    );
    path = join(folder, "own files");
    (await open(request, { inputsOf: async () => ({ files, options: {} }) })).close();
    const changed = { "./mine.ts": "23" };
    expect(await refusalOf(request, { inputsOf: async () => ({ files: changed, options: {} }) })).toMatch(
      /^File "\.\/mine\.ts" has changed since the run in/,
    );
  });

  test("refuses a scenario file that has changed", async () => {
    const file = join(folder, "own.graph.txt");
    writeFileSync(
      file,
      "node1 -- A(id=1) -- forward_compute_time=1.0, backward_compute_time=2.0, activation_size=4.0, parameter_size=8.0\n",
    );
    const own = { ...request, scenarios: [file] };
    await run(own);
    writeFileSync(file, textOf("own.graph.txt", folder).replace("=1.0", "=9.0"));
    expect(await refusalOf(own)).toContain(`Scenario "${file}" has changed since its cells in`);
  });

  test("refuses to extend a report whose cells are gone", async () => {
    await run(request);
    rmSync(join(path, "cells.jsonl"));
    expect(await refusalOf(request)).toMatch(/holds a report without its cells\.jsonl/);
  });

  test("takes one process at a time", async () => {
    const first = await open(request);
    await expect(open(request)).rejects.toThrow(/is in use by this process already/);
    first.close();
    (await open(request)).close();
  });
});

describe("a folder of something else", () => {
  test("that holds a training run is refused, finished or not", async () => {
    const parts = { scenarios, module: walkerWith([]), options: {} };
    const onStep = ({ update }: { update: number }) => {
      if (update === 7) throw new Error("killed");
    };
    const hooks = { clock, cpuClock: clock };
    await expect(trainParts(path, training, parts, { ...hooks, onStep })).rejects.toThrow("killed");
    expect(await refusalOf(request)).toBe(
      `"${path}" holds a training run, not a comparison; name another folder with --out.`,
    );
    path = join(folder, "finished");
    await trainParts(path, training, parts, hooks);
    expect(await refusalOf(request)).toMatch(/holds a training run/);
  });

  test.each(["index.html", "report.json", "cells.jsonl", "policy.json"])(
    "that holds a stray %s is refused",
    async (name) => {
      await run(request);
      const own = join(folder, "own");
      cpSync(join(path, "run.json"), join(own, name), { recursive: true });
      path = own;
      expect(await refusalOf(request)).toBe(
        `"${own}" holds a ${name} but no run.json; give an empty directory.`,
      );
    },
  );

  test("is not made for a request that is refused", async () => {
    await expect(open({ ...request, methods: ["hefd"] })).rejects.toThrow(/There is no method "hefd"/);
    expect(existsSync(path)).toBe(false);
  });
});

describe("damaged files of a comparison", () => {
  test("are refused in one sentence, or change nothing", async () => {
    const asked = { ...request, methods: ["heft", "random"] };
    await run(asked);
    const whole = textOf("report.json");
    const [runText, cells] = [textOf("run.json"), textOf("cells.jsonl")];
    let refused = 0;
    for (let seed = 0; seed < 120; seed++) {
      const lines = cells.trimEnd().split("\n");
      const line = seed % lines.length;
      lines[line] = JSON.stringify(mutated(JSON.parse(lines[line]), seed));
      const isRun = seed % 2 === 0;
      writeFileSync(
        join(path, "run.json"),
        isRun ? JSON.stringify(mutated(JSON.parse(runText), seed)) : runText,
      );
      writeFileSync(join(path, "cells.jsonl"), isRun ? cells : `${lines.join("\n")}\n`);
      const refusal = await run(asked).then(
        () => null,
        (error: unknown) => error,
      );
      if (refusal === null) {
        expect(textOf("report.json"), `seed ${seed}`).toBe(whole);
        continue;
      }
      refused++;
      expect(refusal, `seed ${seed}`).toBeInstanceOf(InputError);
      expect((refusal as Error).message).toMatch(/^[^\n]+\.$/);
    }
    expect(refused).toBeGreaterThan(80);
  });

  test("with a line torn by a kill go on without that cell", async () => {
    await run(request);
    appendFileSync(join(path, "cells.jsonl"), '{"spec":{"scenario":"to');
    expect(await run(request)).toEqual([]);
  });
});

describe("a method that fails", () => {
  const failing: RunCell = async (spec, hooks) => {
    if (spec.method === "random") throw new TypeError("x is not a function");
    return runCell(spec, hooks);
  };

  test("is a row of its own with a file for its stack; the rest stands, and it is tried again", async () => {
    const asked = { ...request, methods: ["heft", "random"] };
    const { methods } = await knownMethods(asked.methods);
    const opened = await open(asked);
    const told: string[] = [];
    const safe = faultsAsRows({
      runCell: failing,
      moduleOf: ({ method }) => methods.get(method)!.module,
      onFault: (spec, error) => told.push(opened.writeFault(spec, error)),
    });
    const report = await compare(opened.request, { runCell: opened.keeping(safe), clock, cpuClock: clock });
    await opened.write(report);
    opened.close();
    const [heft, random] = report.scenarios[0].rows;
    expect(heft).toMatchObject({ method: "heft", rank: 1, failure: null });
    expect(random).toMatchObject({ method: "random", mean: null, failure: "failed: x is not a function" });
    expect(report.cells[1]).toMatchObject({ ended: "fault", plan: null, bound: heft.bound });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/failures.random-on-toy-pipeline-seed-0-[0-9a-f]{8}\.txt$/);
    expect(readFileSync(told[0], "utf8")).toMatch(/TypeError: x is not a function\n +at /);
    expect(await run(asked)).toEqual(["random on toy/pipeline, 0"]);
  });

  test("does not hide a scenario that cannot be read, which ends all", async () => {
    const { methods } = await knownMethods(["heft"]);
    const safe = faultsAsRows({
      runCell,
      moduleOf: () => methods.get("heft")!.module,
      onFault: () => undefined,
    });
    const asked = { ...request, scenarios: ["toy/nowhere"] };
    await expect(compare(asked, { runCell: safe, clock, cpuClock: clock })).rejects.toThrow(InputError);
  });
});
