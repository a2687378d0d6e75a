/**
 * Compiles the kernels (AssemblyScript), of the simulator and of the tensor operations, and writes
 * them as the TypeScript modules that the package ships. That of the tensor operations is built
 * twice, with and without fused multiply-add. Run `npm run build:kernels` after a change; tests
 * hold sources and modules together.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

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

/** The module's text. */
export async function buildKernel(name) {
  const { constant, title, features, ...paths } = kernels[name];
  const folder = new URL(paths.folder, import.meta.url);
  let binary;
  const { error, stderr } = await asc.main(
    [
      "assembly/kernel.ts",
      "--outFile=kernel.wasm",
      "-O3",
      "--runtime=stub",
      "--noAssert",
      "--importMemory",
      ...features.map((feature) => `--enable=${feature}`),
    ],
    {
      readFile: (file) => readFile(new URL(file, folder), "utf8").catch(() => null),
      writeFile: (_file, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(stderr.toString());
  const lines = Buffer.from(binary)
    .toString("base64")
    .match(/.{1,100}/g);
  const text = lines.map((line) => `  "${line}"`).join(" +\n");
  return `/** ${title}, compiled from assembly/kernel.ts by \`npm run build:kernels\`; base64 of WebAssembly. */\nexport const ${constant} =\n${text};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, { folder, module }] of Object.entries(kernels)) {
    const target = new URL(`${folder}${module}`, import.meta.url);
    const unfinished = new URL(`${folder}${module}.new`, import.meta.url);
    await writeFile(unfinished, await buildKernel(name));
    await rename(unfinished, target);
  }
