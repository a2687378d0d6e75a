/**
 * Compiles the simulator kernel (AssemblyScript) and writes it as the TypeScript module that the package ships. Run
 * `npm run build:kernels` after a change; a test holds source and module together.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = new URL("../env/sim/engine/kernel/", import.meta.url);
const target = new URL("engine-wasm.ts", folder);

/** The module's text. */
export async function buildKernel() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      "assembly/kernel.ts",
      "--outFile=engine.wasm",
      "-O3",
      "--runtime=stub",
      "--noAssert",
      "--importMemory",
      "--enable=simd",
    ],
    {
      readFile: (name) => readFile(new URL(name, folder), "utf8").catch(() => null),
      writeFile: (_name, contents) => {
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
  return `/** The simulator kernel, compiled from assembly/kernel.ts by \`npm run build:kernels\`; base64 of WebAssembly. */\nexport const engineWasm =\n${text};\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const unfinished = new URL("engine-wasm.ts.new", folder);
  await writeFile(unfinished, await buildKernel());
  await rename(unfinished, target);
}
