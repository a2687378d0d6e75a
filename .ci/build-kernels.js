/**
 * Compiles the two kernels (AssemblyScript), of the simulator and of the tensor operations, and
 * writes them as the TypeScript modules that the package ships. Run `npm run build:kernels` after a
 * change; tests hold sources and modules together.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const kernels = {
  engine: { folder: "../env/sim/engine/kernel/", module: "engine-wasm.ts", constant: "engineWasm" },
  tensors: { folder: "../agents/tensors/kernel/", module: "tensors-wasm.ts", constant: "tensorsWasm" },
};
const titles = { engine: "The simulator kernel", tensors: "The kernel of the tensor operations" };

/** The module's text. */
export async function buildKernel(name) {
  const folder = new URL(kernels[name].folder, import.meta.url);
  let binary;
  const { error, stderr } = await asc.main(
    [
      "assembly/kernel.ts",
      "--outFile=kernel.wasm",
      "-O3",
      "--runtime=stub",
      "--noAssert",
      "--importMemory",
      "--enable=simd",
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
  return `/** ${titles[name]}, compiled from assembly/kernel.ts by \`npm run build:kernels\`; base64 of WebAssembly. */\nexport const ${kernels[name].constant} =\n${text};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [name, { folder, module }] of Object.entries(kernels)) {
    const target = new URL(`${folder}${module}`, import.meta.url);
    const unfinished = new URL(`${folder}${module}.new`, import.meta.url);
    await writeFile(unfinished, await buildKernel(name));
    await rename(unfinished, target);
  }
