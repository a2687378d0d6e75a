import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  compileBinding,
  findLibtensorflow,
  setUpNative,
} from "../../../../../cli/commands/tools/native/setup-native.ts";
import { InputError } from "../../../../../env/model/errors.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "native-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(file: string, text = ""): string {
  const full = path.join(folder, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

describe("findLibtensorflow", () => {
  test("knows the layout of the C library", () => {
    put("include/tensorflow/c/c_api.h");
    const library = put("lib/libtensorflow.so.2");
    const framework = put("lib/libtensorflow_framework.so.2");
    expect(findLibtensorflow([folder])).toEqual({
      library,
      framework,
      include: path.join(folder, "include"),
    });
  });

  test("knows the layout of the Python wheel", () => {
    put("tensorflow/include/tensorflow/c/c_api.h");
    const library = put("tensorflow/libtensorflow_cc.so.2");
    const framework = put("tensorflow/libtensorflow_framework.so.2");
    const include = path.join(folder, "tensorflow/include");
    expect(findLibtensorflow([path.join(folder, "nothing"), folder])).toEqual({
      library,
      framework,
      include,
    });
  });

  test("knows a Python environment with the wheel in it", () => {
    const wheel = "lib/python3.11/site-packages/tensorflow";
    put(`${wheel}/include/tensorflow/c/c_api.h`);
    const library = put(`${wheel}/libtensorflow_cc.so.2`);
    put(`${wheel}/libtensorflow_framework.so.2`);
    expect(findLibtensorflow([folder]).library).toBe(library);
  });

  test("does not take a library without headers", () => {
    put("lib/libtensorflow.so.2");
    put("lib/libtensorflow_framework.so.2");
    expect(() => findLibtensorflow([folder])).toThrow(InputError);
  });
});

test("a machine without libtensorflow is told in one sentence where was looked and what to do", async () => {
  const variables = { PLACEMENT_GYM_LIBTENSORFLOW: folder };
  await expect(setUpNative({ note: () => {}, variables })).rejects.toThrow(
    `No libtensorflow was found in ${folder}; install one`,
  );
});

const node = path.resolve(path.dirname(process.execPath), "..");
const compiler = ["c++", "g++", "clang++"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});
if (compiler === undefined) console.log("There is no C++ compiler here: the test that compiles is left out.");

describe.skipIf(compiler === undefined)("compileBinding", () => {
  /**
   * A library and a binding of one function each stand for the real ones: the same files in the
   * same places.
   */
  function standIn(): void {
    put("tf/include/tensorflow/c/c_api.h", `extern "C" const char* TF_Version();\n`);
    put("version.cc", `extern "C" const char* TF_Version() { return "2.99"; }\n`);
    put("empty.cc");
    mkdirSync(path.join(folder, "tf/lib"));
    for (const [source, name] of [
      ["version.cc", "libtensorflow.so.2"],
      ["empty.cc", "libtensorflow_framework.so.2"],
    ])
      execFileSync(compiler!, [
        "-shared",
        "-fPIC",
        `-Wl,-soname,${name}`,
        path.join(folder, source),
        "-o",
        path.join(folder, "tf/lib", name),
      ]);
    put(
      "package/binding/tfjs_backend.cc",
      `#include "tensorflow/c/c_api.h"\nconst char* version() { return TF_Version(); }\n`,
    );
    put(
      "package/binding/tfjs_binding.cc",
      `#include <node_api.h>
const char* version();
static napi_value Init(napi_env env, napi_value exports) {
  napi_value text;
  napi_create_string_utf8(env, version(), NAPI_AUTO_LENGTH, &text);
  napi_set_named_property(env, exports, "version", text);
  return exports;
}
NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
`,
    );
  }

  test("makes a module that Node loads, linked to the library that was found", async () => {
    standIn();
    const found = findLibtensorflow([path.join(folder, "tf")]);
    const binding = await compileBinding(path.join(folder, "package"), found, { compiler: compiler!, node });
    expect(binding).toMatch(/package.lib.napi-v\d.tfjs_binding\.node$/);
    expect(createRequire(import.meta.url)(binding).version).toBe("2.99");
  });

  test("says in one sentence where Node's headers were looked for", async () => {
    standIn();
    const found = findLibtensorflow([path.join(folder, "tf")]);
    const nowhere = path.join(folder, "no-node");
    await expect(
      compileBinding(path.join(folder, "package"), found, { compiler: compiler!, node: nowhere }),
    ).rejects.toThrow(`Node's headers are not at ${path.join(nowhere, "include", "node")}; install`);
  });

  test("turns the compiler's complaint into one sentence", async () => {
    standIn();
    put("package/binding/tfjs_backend.cc", `#include "tensorflow/c/no_such_header.h"\n`);
    const found = findLibtensorflow([path.join(folder, "tf")]);
    const compiling = compileBinding(path.join(folder, "package"), found, { compiler: compiler!, node });
    await expect(compiling).rejects.toThrow(InputError);
    await expect(compiling).rejects.toThrow("no_such_header.h");
  });
});
