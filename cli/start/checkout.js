/**
 * The TypeScript of a checkout as JavaScript in `.compiled/`, in the layout of the package's
 * `dist/`. Node runs it without a loader. A loader costs a start more than all modules do.
 *
 * A file is compiled again when its source differs in size, time of change or inode from when it
 * was compiled. So no start runs old code, also where several processes start at once.
 * `node --enable-source-maps` shows the lines of the sources in stacks.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const COMPILED = join(ROOT, ".compiled");
const SOURCES = ["index.ts", "env", "agents", "scenarios", "results", "cli"];

/** Compiles what has changed since the last call; the program is then in the folder `COMPILED`. */
export const compileSources = () => compileAll("sources.json", SOURCES);

/** The same of the programs and parts that tests start in processes of their own. */
export async function compileTests() {
  await compileSources();
  await compileAll("tests.json", ["test"]);
}

/** Throws the complaint of the compiler, which names the file. */
async function compileAll(manifest, places) {
  const path = join(COMPILED, manifest);
  for (;;) {
    const known = readManifest(path);
    const now = { compiler: stampOf(fileURLToPath(import.meta.url)), files: stampsOf(places) };
    if (known.compiler !== now.compiler) known.files = {};
    const changed = Object.keys(now.files).filter((file) => now.files[file] !== known.files[file]);
    const gone = Object.keys(known.files).filter((file) => now.files[file] === undefined);
    if (changed.length + gone.length === 0) return;
    for (const file of gone) rmSync(compiledPath(file), { force: true });
    await compileFiles(changed);
    write(path, JSON.stringify(now));
    // A source that was saved meanwhile is seen by the next round.
  }
}

function readManifest(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { files: {} };
  }
}

function stampsOf(places) {
  const stamps = {};
  const visit = (path) => {
    if (path.endsWith(".ts")) {
      if (!/\.(d|test|config)\.ts$/.test(path)) stamps[relative(ROOT, path)] = stampOf(path);
      return;
    }
    // AssemblyScript is another language.
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory() ? entry.name !== "assembly" : entry.name.endsWith(".ts"))
        visit(join(path, entry.name));
  };
  for (const place of places) visit(join(ROOT, place));
  return stamps;
}

function stampOf(path) {
  const { size, mtimeMs, ctimeMs, ino } = statSync(path);
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

async function compileFiles(files) {
  // The compiler of tsx.
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const { transform } = createRequire(tsx)("esbuild");
  const compileFile = async (file) => {
    const source = join(ROOT, file);
    const to = compiledPath(file);
    for (let stamp; stamp !== stampOf(source); ) {
      stamp = stampOf(source);
      const { code, map } = await transform(readFileSync(source, "utf8"), {
        loader: "ts",
        format: "esm",
        target: "es2023",
        sourcefile: relative(dirname(to), source),
        sourcemap: "external",
        sourcesContent: false,
        tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      });
      write(`${to}.map`, map);
      write(to, `${importingJavaScript(code)}//# sourceMappingURL=${to.split(/[\\/]/).at(-1)}.map\n`);
    }
  };
  await Promise.all(files.map(compileFile));
}

/** Specifiers of local files, in the forms in which the compiler writes them. */
const importingJavaScript = (code) =>
  code
    .replace(/^((?:import|export)\b[^'"`;]*"\.[^"]*)\.ts";$/gm, '$1.js";')
    .replace(/\b(import\("\.[^"]*)\.ts"\)/g, '$1.js")');

const compiledPath = (file) => join(COMPILED, file.replace(/\.ts$/, ".js"));

/** Whole or not at all, whoever else writes or reads it. */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, text);
  renameSync(part, path);
}
