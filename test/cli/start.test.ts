/** How the program starts in a checkout: on sources that are compiled, and never on old ones. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUrl } from "../compiled.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "placement-gym-start-"));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (path: string, text: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const compiled = (path: string) => join(folder, ".compiled", path);
const textOf = (path: string) => readFileSync(compiled(path), "utf8");

/** Of a small checkout beside ours, with our compiler. */
let compileSources: () => Promise<void>;
beforeAll(async () => {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  put("index.ts", 'export { two, type Two } from "./env/two.ts";\n');
  put(
    "env/two.ts",
    'export type Two = 2;\nexport const two: Two = 2;\nexport const text = "./env/two.ts";\n',
  );
  put("agents/lazy.ts", 'export const lazy = () => import("../env/two.ts");\n');
  put("scenarios/assembly/kernel.ts", "export function f(x: i32): i32 { return <i32>x; }\n");
  put("results/old.ts", "export const old: number = 1;\n");
  put("cli/start/started.test.ts", "");
  copyFileSync(join(root, "cli/start/checkout.js"), join(folder, "cli/start/checkout.js"));
  ({ compileSources } = await import(/* @vite-ignore */ join(folder, "cli/start/checkout.js")));
  await compileSources();
});

test("sources become JavaScript that imports JavaScript; tests and AssemblyScript do not", () => {
  expect(textOf("index.js")).toMatch(/^import \{ two \} from "\.\/env\/two\.js";\n/);
  expect(textOf("agents/lazy.js")).toMatch(/import\("\.\.\/env\/two\.js"\)/);
  expect(textOf("env/two.js")).toMatch(/const two = 2;\nconst text = "\.\/env\/two\.ts";\n/);
  expect(existsSync(compiled("scenarios/assembly"))).toBe(false);
  expect(existsSync(compiled("cli/start/started.test.js"))).toBe(false);
});

test("a source of the same size and date is compiled again once it was written, and no other", async () => {
  const source = join(folder, "env/two.ts");
  const { atimeMs, mtimeMs } = statSync(source);
  const others = () =>
    ["index.js", "agents/lazy.js", "results/old.js"].map((path) => statSync(compiled(path)).ino);
  const before = others();
  put("env/two.ts", readFileSync(source, "utf8").replaceAll("2", "3"));
  utimesSync(source, atimeMs / 1e3, mtimeMs / 1e3);
  await compileSources();
  expect(textOf("env/two.js")).toContain("const two = 3;");
  expect(others()).toEqual(before);
});

test("of a source that is gone nothing stays", async () => {
  rmSync(join(folder, "results/old.ts"));
  await compileSources();
  expect(existsSync(compiled("results/old.js"))).toBe(false);
});

test("a source that does not compile is named, again at every start until it is mended", async () => {
  put("results/broken.ts", "export const = 1;\n");
  await expect(compileSources()).rejects.toThrow(/results\/broken\.ts:1:13/);
  copyFileSync(join(root, "cli/bin.js"), join(folder, "cli/bin.js"));
  put("cli/main.ts", "export const main = () => {};\n");
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "cli/bin.js")], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^placement-gym: the sources cannot be compiled.*\n.*results\/broken\.ts:1:13.*\n$/,
    ),
  });
  put("results/broken.ts", "export const mended = 1;\n");
  await compileSources();
  expect(textOf("results/broken.js")).toContain("const mended = 1;");
});

test("a user's TypeScript shares the modules of the program, by the package's name and by path", async () => {
  const errors = await compiledUrl("env/model/errors.ts");
  const path = join(root, "env/model/errors.ts");
  put(
    "user.mts",
    `import { InputError } from "placement-gym/env";
     import { InputError as byPath } from ${JSON.stringify(path)};
     import { InputError as ours } from ${JSON.stringify(errors)};
     const same: boolean = InputError === ours && byPath === ours;
     export default same;`,
  );
  const program = `
    import { importUserModule, userModules } from ${JSON.stringify(await compiledUrl("env/model/user/modules.ts"))};
    userModules.loader = ${JSON.stringify(await compiledUrl("cli/start/typescript.ts"))};
    const loaded = await importUserModule(${JSON.stringify(pathToFileURL(join(folder, "user.mts")).href)});
    console.log(loaded.default);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(said).toBe("true\n");
});
