/**
 * Holds the import directions of the house: what may know what, and who alone may touch a heavy
 * library or the process.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stronglyConnectedComponents } from "../env/model/graph/components.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const rooms = ["env", "agents", "scenarios", "results", "cli"];
const WIDE: readonly string[] = ["agents"];

interface Import {
  readonly file: string;
  /** File within the project, or the package's name. */
  readonly target: string;
  readonly isLocal: boolean;
  readonly isType: boolean;
}

const sources = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${room}/${name}`),
);
const imports = [...sources, "index.ts"].flatMap(importsOf);

/** Made by `npm run build:names`, a line for each part of the registries. */
const GENERATED = "cli/reports/names/table.ts";
const longestOf = (file: string): number => (file === GENERATED ? Number.POSITIVE_INFINITY : 401);

describe("the house", () => {
  test("is read by this test: imports of every room are found", () => {
    for (const room of rooms)
      expect(imports.filter(({ file }) => roomOf(file) === room).length).toBeGreaterThan(5);
  });

  test("lets each room know only the rooms below it", () => {
    const below: Record<string, readonly string[]> = {
      env: [],
      agents: ["env"],
      scenarios: ["env"],
      results: ["env", "agents", "scenarios"],
      cli: ["env", "agents", "scenarios", "results", "index.ts"],
      "index.ts": ["env", "agents", "scenarios", "results"],
    };
    const offences = imports.filter(({ file, target, isLocal }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return isLocal && from !== to && !below[from].includes(to);
    });
    expect(offences.map(describeImport)).toEqual([]);
  });

  test("lets imports inside env go one way: model, sim, parts and spaces, envs, wrappers and vector, check", () => {
    const level: Record<string, number> = {
      "contract.ts": 2,
      model: 0,
      sim: 1,
      spaces: 3,
      parts: 3,
      envs: 4,
      wrappers: 5,
      vector: 5,
      check: 6,
      "index.ts": 7,
    };
    const offences = imports.filter(({ file, target, isLocal }) => {
      if (!isLocal || roomOf(file) !== "env" || roomOf(target) !== "env") return false;
      const [from, to] = [file, target].map((path) => path.split("/")[1]);
      expect(level, `${file} -> ${target}`).toHaveProperty([from]);
      expect(level, `${file} -> ${target}`).toHaveProperty([to]);
      return level[to] > level[from];
    });
    expect(offences.map(describeImport)).toEqual([]);
  });

  test("has no import cycle, types included", () => {
    const targets = new Map<string, string[]>();
    for (const { file, target, isLocal } of imports)
      if (isLocal) targets.set(file, [...(targets.get(file) ?? []), target]);
    expect(cyclesOf(targets)).toEqual([]);
    expect(cyclesOf(new Map([...targets, ["env/model/errors.ts", ["env/index.ts"]]]))).not.toEqual([]);
  });

  test.each([
    ["agents/exact", 12],
    ["agents/search", 12],
    ["env/sim", 12],
    ["cli", 12],
  ])("keeps %s at most %d entries wide", (folder, most) => {
    expect(readdirSync(join(root, folder)).length).toBeLessThanOrEqual(most);
  });

  test("keeps every folder at most 16 entries wide, but for the rooms of agents", () => {
    const folders = new Set(sources.map((file) => dirname(file)));
    const wide = [...folders].filter((folder) => readdirSync(join(root, folder)).length > 16);
    expect(wide.sort()).toEqual(WIDE);
  });

  test.each([
    ["TensorFlow", /^@tensorflow\//, /^agents\/tensors\/tf\.ts$/],
    ["protocol buffers", /^@bufbuild\/protobuf/, /^scenarios\/import\/protobuf\//],
    ["HiGHS", /^highs$/, /^agents\/solver\/highs\.ts$/],
    ["progress bars and colours", /^(cli-progress|picocolors|citty)$/, /^cli\//],
    ["processes", /^(node:)?child_process$/, /^cli\//],
    ["Redis", /^(bullmq|ioredis)$/, /^cli\/pool\/queue\/redis\.ts$/],
  ])("lets only one place import %s", (_, packageName, place) => {
    const offences = imports.filter(
      ({ file, target, isLocal, isType }) =>
        !isLocal && !isType && packageName.test(target) && !place.test(file),
    );
    expect(offences.map(describeImport)).toEqual([]);
  });

  test("lets only the verification of the leaderboard import the slow reference of the simulator", () => {
    const isReference = (path: string) => path.startsWith("env/sim/reference/");
    const users = imports.filter(({ file, target }) => isReference(target) && !isReference(file));
    expect([...new Set(users.map(({ file }) => file))]).toEqual(["results/leaderboard/verify/slow.ts"]);
  });

  test("loads no TensorFlow and no solver where a board is verified", () => {
    const loaded = new Set<string>();
    const visit = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const { target, isLocal, isType } of staticImportsOf(file)) if (isLocal && !isType) visit(target);
    };
    visit("cli/commands/comparisons/leaderboard/verify.ts");
    expect(loaded).toContain("results/leaderboard/verify/board.ts");
    const heavy = (file: string) =>
      staticImportsOf(file).some(
        ({ target, isLocal, isType }) => !isLocal && !isType && /^(@tensorflow\/|highs$)/.test(target),
      );
    expect([...loaded].filter(heavy)).toEqual([]);
  });

  test("keeps the process, the clock and Math.random out of env, agents, scenarios and results", () => {
    // TensorFlow takes its settings from the environment alone.
    const apart = "agents/tensors/native.ts";
    const forbidden =
      /\b(process\.(argv|env|exit|stdout|stderr|cwd)|Math\.random|Date\.now|new Date|performance\.now|console\.)/;
    const offences = sources
      .filter((file) => !file.startsWith("cli/") && file !== apart)
      .flatMap((file) =>
        codeOf(file)
          .split("\n")
          .flatMap((line, i) => (forbidden.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
      );
    expect(offences).toEqual([]);
  });

  test("has no default exports, no file above 400 lines, and a docstring at the top of every file", () => {
    for (const file of sources) {
      const text = readFileSync(join(root, file), "utf8");
      expect(text, `${file} has a default export`).not.toMatch(/^export default/m);
      expect(text.split("\n").length, `${file} is too long`).toBeLessThanOrEqual(longestOf(file));
      if (!file.endsWith("/index.ts"))
        expect(text, `${file} opens with a docstring`).toMatch(/^(#!.*\n)?\/\*\*/);
    }
  });
});

function importsOf(file: string): Import[] {
  const code = codeOf(file);
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s+)?[^;"']*?from\s+["']([^"']+)["']|(?:^|\n)import\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']/g;
  return [...code.matchAll(pattern)].map((match) => {
    const specifier = match[3] ?? match[4] ?? match[5];
    const isLocal = specifier.startsWith(".");
    const target = isLocal ? relative(root, join(root, dirname(file), specifier)) : specifier;
    return { file, target, isLocal, isType: match[2] !== undefined };
  });
}

/** Those that load with the file; `import()` loads later. */
const staticImportsOf = (file: string): Import[] => {
  const later = new Set([...codeOf(file).matchAll(/import\(\s*["']([^"']+)["']/g)].map(([, path]) => path));
  const targetsOf = (path: string) => [path, relative(root, join(root, dirname(file), path))];
  const loadedLater = new Set([...later].flatMap(targetsOf));
  return importsOf(file).filter(({ target }) => !loadedLater.has(target));
};

/** The file without comments, so that prose and examples count for nothing. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** Groups of files that import each other, by strongly connected components. */
function cyclesOf(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const names = [...new Set([...targets.keys(), ...[...targets.values()].flat()])];
  const idOf = new Map(names.map((name, id) => [name, id]));
  const successors = names.map((name) => (targets.get(name) ?? []).map((target) => idOf.get(target)!));
  const { of, count } = stronglyConnectedComponents(successors);
  const members = Array.from({ length: count }, (): string[] => []);
  for (const [id, name] of names.entries()) members[of[id]].push(name);
  return members.filter(({ length }) => length > 1);
}

const roomOf = (path: string): string => path.split("/")[0];
const describeImport = ({ file, target }: Import): string => `${file} -> ${target}`;
