/**
 * Small inputs of the shared folder with the right answers: `cases/fx` and `cases/tf`. Other tests
 * hold the same values on inputs of their own.
 */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Query } from "../../../env/model/user/query.ts";
import type { Importer } from "../../../scenarios/import/contract.ts";
import { openFile } from "../../../scenarios/import/source-file.ts";
import { tensorflow } from "../../../scenarios/import/tensorflow/importer.ts";
import { torchFx } from "../../../scenarios/import/torch-fx/importer.ts";
import { sharedPath } from "../../shared-folder.ts";

const folder = sharedPath("cases");
if (folder === null) console.log("skipped: the shared folder has no cases");
const total = (values: Float64Array) => values.reduce((sum, each) => sum + each, 0);
const graphOf = (importer: Importer, path: string, options: Readonly<Record<string, string>> = {}) =>
  importer.read(openFile(join(folder!, path)), new Query(path, new Map(Object.entries(options)))).graph;

describe.skipIf(folder === null)("cases of torch.fx", () => {
  test.each([
    ["lstm_export", 15_728_640],
    ["einsum_export", 33_554_432],
    ["sdpa_self", 33_554_432],
  ])("%s has %i FLOP", (name, flops) => {
    expect(total(graphOf(torchFx, `fx/${name}.fx.json`).flops)).toBe(flops);
  });

  test("an embedding touches its rows, and a module that is called twice has its weights once", () => {
    expect(total(graphOf(torchFx, "fx/embedding_export.fx.json").bytesTouched)).toBe(16_640);
    expect(total(graphOf(torchFx, "fx/module_twice.fx.json").parameterBytes)).toBe(16_640);
  });
});

describe.skipIf(folder === null)("cases of TensorFlow", () => {
  test("functions are looked into, and shapes can be given", () => {
    expect(total(graphOf(tensorflow, "tf/function_call.pbtxt").flops)).toBe(25_706_496);
    const image = graphOf(tensorflow, "tf/fcn_unknown_hw.pbtxt", { "shape.image": "1,600,800,3" });
    expect(image.flops[image.names.indexOf("conv")]).toBe(2 * 600 * 800 * 16 * 27);
    const ranked = graphOf(tensorflow, "tf/unknown_rank.pbtxt", { "shape.x": "32,784" });
    expect(total(ranked.flops)).toBe(25_706_496);
  });

  test("rows of a variable are what a gather returns", () => {
    const graph = graphOf(tensorflow, "tf/gather_var.pbtxt");
    for (const name of ["rows", "rows2"])
      expect(graph.outputBytes[graph.outputStart[graph.names.indexOf(name)]]).toBe(8_192);
  });
});
