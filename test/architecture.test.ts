/**
 * Holds the import directions of the house: what may know what, and who alone may touch a heavy
 * library or the process.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const rooms = ["env", "agents", "scenarios", "results", "cli"];

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

describe("the house", () => {
  it("is read by this test: imports of every room are found", () => {
    for (const room of rooms)
      expect(imports.filter(({ file }) => roomOf(file) === room).length).toBeGreaterThan(5);
  });

  it("lets each room know only the rooms below it", () => {
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

  it("lets imports inside env go one way: model, sim, parts and spaces, envs, wrappers and vector, check", () => {
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

  it.each([
    ["TensorFlow", /^@tensorflow\//, /^agents\/tensors\/tf\.ts$/],
    ["protocol buffers", /^@bufbuild\/protobuf/, /^scenarios\/import\/protobuf\//],
    ["HiGHS", /^highs$/, /^agents\/solver\/highs\.ts$/],
    ["progress bars and colours", /^(cli-progress|picocolors|citty)$/, /^cli\//],
    ["processes", /^(node:)?child_process$/, /^cli\//],
  ])("lets only one place import %s", (_, packageName, place) => {
    const offences = imports.filter(
      ({ file, target, isLocal, isType }) =>
        !isLocal && !isType && packageName.test(target) && !place.test(file),
    );
    expect(offences.map(describeImport)).toEqual([]);
  });

  it("keeps the process, the clock and Math.random out of env, agents, scenarios and results", () => {
    const forbidden =
      /\b(process\.(argv|env|exit|stdout|stderr|cwd)|Math\.random|Date\.now|new Date|performance\.now|console\.)/;
    const offences = sources
      .filter((file) => !file.startsWith("cli/"))
      .flatMap((file) =>
        codeOf(file)
          .split("\n")
          .flatMap((line, i) => (forbidden.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
      );
    expect(offences).toEqual([]);
  });

  it("has no default exports, no file above 400 lines, and a docstring at the top of every file", () => {
    for (const file of sources) {
      const text = readFileSync(join(root, file), "utf8");
      expect(text, `${file} has a default export`).not.toMatch(/^export default/m);
      expect(text.split("\n").length, `${file} is too long`).toBeLessThanOrEqual(401);
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

/** The file without comments, so that prose and examples count for nothing. */
function codeOf(file: string): string {
  return readFileSync(join(root, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
}

const roomOf = (path: string): string => path.split("/")[0];
const describeImport = ({ file, target }: Import): string => `${file} -> ${target}`;
