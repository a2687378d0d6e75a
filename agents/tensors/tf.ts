/**
 * The only file that loads TensorFlow.js: `loadTf(backend)` gives the library, set to one backend.
 *
 * Nothing is loaded before the first call, so listing agents or verifying a board costs nothing.
 * One process computes on one backend. Tensors of two backends in one program would silently run on
 * the one that was set last.
 *
 * - `wasm` (default): one thread with SIMD, the same bytes on every machine; completed by
 *   `agents/tensors/wasm.ts`.
 * - `native`: the optional package `@tensorflow/tfjs-node`.
 * - `cpu`: plain JavaScript, slow; for comparisons.
 */
import { createRequire } from "node:module";
import path from "node:path";
import { InputError } from "../../env/model/errors.ts";
import type { BackendName } from "../contract.ts";
import { prepareForNative } from "./native.ts";
import type { Tf } from "./types.ts";
import { completeWasmBackend } from "./wasm.ts";

export interface LoadedTf {
  readonly tf: Tf;
  readonly backend: BackendName;
}

const NATIVE_PACKAGE = "@tensorflow/tfjs-node";
const names: readonly BackendName[] = ["wasm", "native", "cpu"];

let loading: { readonly backend: BackendName; readonly loaded: Promise<LoadedTf> } | null = null;

export function loadTf(backend: BackendName = "wasm"): Promise<LoadedTf> {
  if (!names.includes(backend))
    return Promise.reject(
      new InputError(`The TensorFlow.js backend is "${backend}", expected wasm, native or cpu.`),
    );
  if (loading !== null && loading.backend !== backend)
    return Promise.reject(
      new InputError(
        `This process already computes on the ${loading.backend} backend; start another process for ${backend}.`,
      ),
    );
  if (loading === null) {
    const loaded = load(backend);
    loading = { backend, loaded };
    // A backend that failed to load must not exclude the others.
    loaded.catch(() => {
      loading = null;
    });
  }
  return loading.loaded;
}

/**
 * Frees the tensors that `compute` makes and answers its result, which must hold none. `tf.tidy`
 * would search every element of a returned array for tensors.
 */
export function readOut<T>(tf: Tf, compute: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = compute();
  });
  return result as T;
}

async function load(backend: BackendName): Promise<LoadedTf> {
  if (backend === "native") return { tf: await loadNative(), backend };
  if (backend === "cpu") return { tf: await loadCpu(), backend };
  return { tf: await loadWasm(), backend };
}

async function loadWasm(): Promise<Tf> {
  const tf = await loadCore();
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  wasm.setThreadsCount(1);
  wasm.setWasmPaths(`${path.dirname(entry)}${path.sep}`);
  await withoutNewListeners(() => activate(tf, "wasm"));
  completeWasmBackend(tf);
  return tf;
}

async function loadCpu(): Promise<Tf> {
  const tf = await loadCore();
  await activate(tf, "cpu");
  return tf;
}

/**
 * The union package registers all gradients and the cpu backend; production mode silences its
 * advice on the console.
 */
async function loadCore(): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs-core");
  tf.enableProdMode();
  await import("@tensorflow/tfjs");
  return tf;
}

async function loadNative(): Promise<Tf> {
  try {
    prepareForNative();
    // It is CommonJS, whose parts an import gives in another form under each loader.
    const tf: Tf = createRequire(import.meta.url)(NATIVE_PACKAGE);
    tf.enableProdMode();
    await activate(tf, "tensorflow");
    return tf;
  } catch (error) {
    throw new InputError(
      `The native TensorFlow backend cannot be loaded (${reasonOf(error)}); run \`npm run setup-native\` to make it, or choose the wasm backend.`,
    );
  }
}

async function activate(tf: Tf, name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its ${name} backend.`);
  await tf.ready();
}

/**
 * The wasm loader listens to the process for uncaught errors and rejections and rethrows them. That
 * is for the program that runs us to decide.
 */
async function withoutNewListeners(start: () => Promise<void>): Promise<void> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  await start();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as "uncaughtException"))
      if (!before[i].includes(listener)) process.removeListener(event, listener);
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "MODULE_NOT_FOUND" && message.includes(NATIVE_PACKAGE))
    return `${NATIVE_PACKAGE} is not installed`;
  return message.split("\n")[0].trim().replace(/\.$/, "");
}
