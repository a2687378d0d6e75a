/**
 * What the native TensorFlow backend needs of its process, before it is loaded.
 *
 * The native package calls functions of Node's `util` that leave it: `isNullOrUndefined` is gone
 * from Node 23. They are put back.
 *
 * TensorFlow reads its settings from the environment. With one thread, and without the other order
 * of sums of oneDNN, equal runs give equal bytes. A variable that is set already stays as it is:
 * who sets more threads gives up equal bytes.
 */
import { createRequire } from "node:module";

const settings: Readonly<Record<string, string>> = {
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  TF_ENABLE_ONEDNN_OPTS: "0",
  // Only errors: TensorFlow tells stderr of each instruction set that it does not use.
  TF_CPP_MIN_LOG_LEVEL: "2",
};

/** Set also where Node still has them: its own tell stderr that they are deprecated. */
const leavingUtil = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
};

export function prepareForNative(): void {
  for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
  // The object that `require` gives is the one that the package sees; an import's can't be written.
  Object.assign(createRequire(import.meta.url)("node:util"), leavingUtil);
}
