/**
 * Builds the native TensorFlow backend without its download. It compiles the binding that
 * `@tensorflow/tfjs-node` ships as source against a libtensorflow on this machine. A small matrix
 * product then checks that it computes.
 *
 * It looks for libtensorflow in the folder that PLACEMENT_GYM_LIBTENSORFLOW names, else in the
 * usual library folders and in Python's site-packages. A folder may be a Python environment. It
 * knows two layouts:
 *
 * - the C library: lib/libtensorflow.so.2, include/;
 * - the TensorFlow wheel: tensorflow/libtensorflow_cc.so.2, tensorflow/include/.
 *
 * Post: `loadTf("native")` works in a new process, or one sentence says what is missing.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { InputError } from "../../../../env/model/errors.ts";
import type { Terminal } from "../../../terminal/terminal.ts";

const PACKAGE = "@tensorflow/tfjs-node";
const VERSION = "4.22.0";
const VARIABLE = "PLACEMENT_GYM_LIBTENSORFLOW";
const run = promisify(execFile);

export interface Libtensorflow {
  /** The library that holds the C interface. */
  readonly library: string;
  readonly framework: string;
  readonly include: string;
}

export interface Tools {
  readonly compiler: string;
  /** Folder that holds include/node with Node's headers. */
  readonly node: string;
}

/** Node's archive and most systems have the headers beside the program. */
const DEFAULT_NODE = path.resolve(path.dirname(process.execPath), "..");

export async function setUpNative(terminal: Pick<Terminal, "note" | "variables">): Promise<void> {
  const found = findLibtensorflow(await candidates(terminal.variables));
  terminal.note(`libtensorflow: ${found.library}`);
  const folder = await packageFolder(terminal);
  terminal.note("Compiling the binding; this takes about a minute.");
  const { CXX: compiler = "c++", npm_config_nodedir: node = DEFAULT_NODE } = terminal.variables;
  const binding = await compileBinding(folder, found, { compiler, node });
  terminal.note(`Binding: ${binding}`);
  terminal.note(await proof(folder));
}

/**
 * The first folder that holds a whole libtensorflow.
 */
export function findLibtensorflow(folders: readonly string[]): Libtensorflow {
  for (const folder of folders.flatMap((named) => [named, ...environmentPackages(named)])) {
    const found = libtensorflowIn(folder);
    if (found !== null) return found;
  }
  throw new InputError(
    `No libtensorflow was found in ${folders.join(", ")}; install one (the C library, or the Python wheel ` +
      `tensorflow-cpu) and name its folder in ${VARIABLE}. The wasm backend needs none.`,
  );
}

/** Where a Python environment keeps its packages; none where the folder is no environment. */
function environmentPackages(folder: string): string[] {
  const libraries = path.join(folder, "lib");
  if (!existsSync(libraries)) return [];
  return readdirSync(libraries)
    .filter((name) => /^python3\.\d+$/.test(name))
    .map((name) => path.join(libraries, name, "site-packages"));
}

function libtensorflowIn(folder: string): Libtensorflow | null {
  const roots = [folder, path.join(folder, "tensorflow")];
  const include = [...roots, path.dirname(folder)]
    .map((root) => path.join(root, "include"))
    .find((directory) => existsSync(path.join(directory, "tensorflow", "c", "c_api.h")));
  if (include === undefined) return null;
  for (const directory of roots.flatMap((root) => [root, path.join(root, "lib"), path.join(root, "lib64")])) {
    const library = libraryIn(directory, "libtensorflow") ?? libraryIn(directory, "libtensorflow_cc");
    const framework = libraryIn(directory, "libtensorflow_framework");
    if (library !== null && framework !== null) return { library, framework, include };
  }
  return null;
}

function libraryIn(directory: string, name: string): string | null {
  if (!existsSync(directory)) return null;
  const pattern = new RegExp(`^${name}(\\.so(\\.\\d+)*|(\\.\\d+)*\\.dylib)$`);
  const files = readdirSync(directory)
    .filter((file) => pattern.test(file))
    .sort();
  return files.length === 0 ? null : path.join(directory, files[files.length - 1]);
}

/** The folder that the user named, else the usual ones. */
async function candidates(variables: Terminal["variables"]): Promise<string[]> {
  const named = variables[VARIABLE];
  if (named !== undefined && named !== "") return [path.resolve(named)];
  const environments = [variables.VIRTUAL_ENV, variables.CONDA_PREFIX].filter(
    (folder) => folder !== undefined,
  );
  return [
    ...environments,
    "/usr/local",
    "/usr",
    "/opt/tensorflow",
    "/opt/libtensorflow",
    path.join(os.homedir(), ".local"),
    ...(await sitePackages()),
  ];
}

/** Folders where this machine's Python keeps packages; none where there is no Python. */
async function sitePackages(): Promise<string[]> {
  const program = "import site; print('\\n'.join(site.getsitepackages() + [site.getusersitepackages()]))";
  try {
    const { stdout } = await run("python3", ["-c", program]);
    return stdout.split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

/**
 * The folder of the package with the binding's sources. Installs the package without its download
 * where npm left it out.
 */
async function packageFolder(terminal: Pick<Terminal, "note">): Promise<string> {
  const require = createRequire(import.meta.url);
  const modules = path.resolve(
    path.dirname(require.resolve("@tensorflow/tfjs-core/package.json")),
    "../../..",
  );
  const folder = path.join(modules, PACKAGE);
  if (existsSync(folder)) return folder;
  terminal.note(`Installing ${PACKAGE} ${VERSION} without its download.`);
  const root = path.dirname(modules);
  try {
    await run("npm", ["install", "--no-save", "--ignore-scripts", `${PACKAGE}@${VERSION}`], { cwd: root });
  } catch (error) {
    throw new InputError(`${PACKAGE} ${VERSION} cannot be installed in ${root}: ${lastLine(error)}.`);
  }
  return folder;
}

/** Compiles the binding to where the package looks for it; returns the path of the file. */
export async function compileBinding(
  packageFolder: string,
  { library, framework, include }: Libtensorflow,
  { compiler, node }: Tools,
): Promise<string> {
  // The package declares Node-API versions 3 to 8 and loads the newest that Node has.
  const napi = Math.min(8, Number(process.versions.napi));
  const output = path.join(packageFolder, "lib", `napi-v${napi}`, "tfjs_binding.node");
  // No process ever loads half a file.
  const part = `${output}.${process.pid}.part`;
  mkdirSync(path.dirname(output), { recursive: true });
  const sources = path.join(packageFolder, "binding");
  const platform = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
  const flags = [
    ...["-std=c++17", "-O2", "-shared", "-fPIC", ...platform],
    ...[`-DNAPI_VERSION=${napi}`, `-DNODE_GYP_MODULE_NAME=tfjs_binding`],
    ...[`-I${nodeHeaders(node)}`, `-I${include}`],
    ...[path.join(sources, "tfjs_backend.cc"), path.join(sources, "tfjs_binding.cc")],
    ...[library, framework, `-Wl,-rpath,${path.dirname(library)}`, `-Wl,-rpath,${path.dirname(framework)}`],
    ...["-o", part],
  ];
  try {
    await run(compiler, flags, { maxBuffer: 2 ** 26 });
    renameSync(part, output);
  } catch (error) {
    throw new InputError(`The binding cannot be compiled with ${compiler}: ${firstError(error)}.`);
  }
  return output;
}

function nodeHeaders(folder: string): string {
  const headers = path.join(folder, "include", "node");
  if (existsSync(path.join(headers, "node_api.h"))) return headers;
  throw new InputError(
    `Node's headers are not at ${headers}; install your system's development package of Node, ` +
      "or name the folder of an unpacked Node archive in npm_config_nodedir.",
  );
}

/** Loads the package in a new process and multiplies two matrices. */
async function proof(folder: string): Promise<string> {
  const program = `
    const tf = require(${JSON.stringify(folder)});
    const a = tf.ones([64, 64]);
    if (tf.matMul(a, a).dataSync()[0] !== 64) throw new Error("1 x 1 summed 64 times is not 64");
    const binding = "TensorFlow " + tf.version["tfjs-node"] + " binding";
    console.log("The native backend computes: " + binding + ", backend " + tf.getBackend() + ".");`;
  try {
    const { stdout } = await run(process.execPath, ["-e", program]);
    return stdout.trim();
  } catch (error) {
    throw new InputError(`The binding was compiled but does not load: ${firstError(error)}.`);
  }
}

const outputOf = (error: unknown): string[] => {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).split("\n").filter((line) => line.trim() !== "");
};

function firstError(error: unknown): string {
  const lines = outputOf(error);
  return (lines.find((line) => /error/i.test(line)) ?? lines[0]).trim().replace(/\.$/, "");
}

function lastLine(error: unknown): string {
  const lines = outputOf(error);
  return lines[lines.length - 1].trim().replace(/\.$/, "");
}
