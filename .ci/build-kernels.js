/**
 * Compiles the kernels (AssemblyScript), of the simulator and of the tensor operations, and writes
 * them as the TypeScript modules that the package ships. That of the tensor operations is built
 * twice, with and without fused multiply-add. Run `npm run build:kernels` after a change.
 *
 * Each module bears a seal of all that it was built of, and of the binary. Tests compare seals, so
 * that a changed source, option, compiler or binary is found in milliseconds. `--check` compiles
 * again and compares the whole modules, which takes seconds.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const tensors = "../agents/tensors/kernel/";
const kernels = {
  engine: {
    folder: "../env/sim/engine/kernel/",
    module: "engine-wasm.ts",
    constant: "engineWasm",
    title: "The simulator kernel",
    features: ["simd"],
  },
  tensors: {
    folder: tensors,
    module: "tensors-wasm.ts",
    constant: "tensorsWasm",
    title: "The kernel of the tensor operations",
    features: ["simd"],
  },
  "fused-tensors": {
    folder: tensors,
    module: "fused-tensors-wasm.ts",
    constant: "fusedTensorsWasm",
    title: "The kernel of the tensor operations with fused multiply-add",
    features: ["simd", "relaxed-simd"],
  },
};

/** The module's text, compiled anew. */
export async function buildKernel(name) {
  const { default: asc } = await import("assemblyscript/asc");
  const folder = folderOf(name);
  let binary;
  const { error, stderr } = await asc.main(optionsOf(name), {
    readFile: (file) => readFile(new URL(file, folder), "utf8").catch(() => null),
    writeFile: (_file, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(stderr.toString());
  return sealedModule(name, Buffer.from(binary).toString("base64"));
}

/** The text that a module of these contents must have: it differs where the seal is not right. */
export function sealedAgain(name, module) {
  const lines = [...module.matchAll(/^ {2}"(.*)"/gm)].map(([, line]) => line);
  return sealedModule(name, lines.join(""));
}

async function sealedModule(name, base64) {
  const { constant, title } = kernels[name];
  const lines = base64.match(/.{1,110}/g) ?? [];
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  const seal = await sealOf(name, base64);
  return `/**
 * ${title}: base64 of WebAssembly.
 * Compiled from assembly/kernel.ts by \`npm run build:kernels\`.
 * Seal: ${seal}
 */
export const ${constant} =
${text};
`;
}

/** Hash of the sources, the options and version of the compiler, and the binary. */
async function sealOf(name, base64) {
  const folder = new URL("assembly/", folderOf(name));
  const compiler = new URL("../node_modules/assemblyscript/package.json", import.meta.url);
  const { version } = JSON.parse(await readFile(compiler, "utf8"));
  const parts = [version, ...optionsOf(name), base64];
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(".ts")).sort())
    parts.push(file, await readFile(new URL(file, folder), "utf8"));
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const folderOf = (name) => new URL(kernels[name].folder, import.meta.url);

const optionsOf = (name) => [
  "assembly/kernel.ts",
  "--outFile=kernel.wasm",
  "-O3",
  "--runtime=stub",
  "--noAssert",
  "--importMemory",
  ...kernels[name].features.map((feature) => `--enable=${feature}`),
];

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, { folder, module }] of Object.entries(kernels)) {
    const target = new URL(`${folder}${module}`, import.meta.url);
    const text = await buildKernel(name);
    if (process.argv.includes("--check")) {
      if ((await readFile(target, "utf8")) === text) continue;
      console.error(`${module} is not what its source gives; run npm run build:kernels.`);
      process.exitCode = 1;
      continue;
    }
    const unfinished = new URL(`${folder}${module}.new`, import.meta.url);
    await writeFile(unfinished, text);
    await rename(unfinished, target);
  }
