import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { loadTf } from "../../../agents/tensors/tf.ts";
import { InputError } from "../../../env/model/errors.ts";

function nativeBinding(): boolean {
  try {
    createRequire(import.meta.url)("@tensorflow/tfjs-node");
    return true;
  } catch {
    return false;
  }
}

const available = nativeBinding();
if (!available) console.log("The native backend is not set up here: its test of the numbers is left out.");

test.skipIf(available)(
  "a native backend that is not set up is one sentence that says what to do",
  async () => {
    await expect(loadTf("native")).rejects.toThrow(InputError);
    await expect(loadTf("native")).rejects.toThrow("npm run setup-native");
  },
);

test.skipIf(available)("a backend that cannot be had leaves the others free", async () => {
  await expect(loadTf("native")).rejects.toThrow(InputError);
  expect((await loadTf("cpu")).tf.getBackend()).toBe("cpu");
});

test.skipIf(!available)("the native backend computes where it is set up", async () => {
  const { tf, backend } = await loadTf("native");
  expect(backend).toBe("native");
  expect(tf.getBackend()).toBe("tensorflow");
  expect([...tf.add(tf.tensor1d([1, 2]), 1).dataSync()]).toEqual([2, 3]);
});
