import { createRequire } from "node:module";
import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareForNative } from "../../../agents/tensors/native.ts";
import { loadTf } from "../../../agents/tensors/tf.ts";
import { InputError } from "../../../env/model/errors.ts";
import { whyNoNative } from "./test-backend.ts";

const available = whyNoNative() === null;
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

type Test = (value: unknown) => boolean;
const util = createRequire(import.meta.url)("node:util") as {
  isNullOrUndefined?: Test;
  isArray?: Test;
};

/** As from Node 23 on, where these functions are no more. */
function removeFromUtil(): void {
  delete util.isNullOrUndefined;
  delete util.isArray;
}

describe("prepareForNative", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("puts back what Node removed from util", () => {
    removeFromUtil();
    prepareForNative();
    const values = [null, undefined, 0, "", [], {}];
    expect(values.map(util.isNullOrUndefined!)).toEqual([true, true, false, false, false, false]);
    expect(values.map(util.isArray!)).toEqual([false, false, false, false, true, false]);
  });

  test("asks TensorFlow for one thread, unless the user asked for more", () => {
    vi.stubEnv("TF_NUM_INTRAOP_THREADS", undefined);
    vi.stubEnv("TF_NUM_INTEROP_THREADS", "2");
    prepareForNative();
    expect(process.env.TF_NUM_INTRAOP_THREADS).toBe("1");
    expect(process.env.TF_NUM_INTEROP_THREADS).toBe("2");
  });
});

test.skipIf(!available)("the native backend computes where it is set up, also on new Node", async () => {
  removeFromUtil();
  const { tf, backend } = await loadTf("native");
  expect(backend).toBe("native");
  expect(tf.getBackend()).toBe("tensorflow");
  expect([...tf.add(tf.tensor1d([1, 2]), 1).dataSync()]).toEqual([2, 3]);
  // These are the calls that need what Node removed.
  expect([...tf.topk(tf.tensor1d([1, 3, 2]), 2).values.dataSync()]).toEqual([3, 2]);
  expect([...tf.concat([tf.tensor1d([1]), tf.tensor1d([2])]).dataSync()]).toEqual([1, 2]);
});
