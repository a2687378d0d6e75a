/**
 * PyTorch graphs as JSON, `placement-gym/torch-fx-1`: the nodes of the FX graph of
 * `torch.export.export` or of a traced `torch.fx.GraphModule`. The Python in docs/importing.md
 * writes it. Names and fields are those of torch.fx.Node (`name`, `op`, `target`, `args`, `kwargs`)
 * and of the export's graph signature; `outputs` are the tensors of `meta["val"]`.
 */
import { defaultFidelity } from "../../../env/model/fidelity/fidelity.ts";
import type { Importer } from "../contract.ts";
import { count, parseWith } from "../sentences.ts";
import { fxFile, fxNode, TORCH_FX_SCHEMA } from "./file.ts";
import { fxGraph } from "./graph.ts";
import { coverageOf } from "./operators.ts";
import { flattened } from "./subgraphs.ts";

export const torchFx: Importer = {
  name: "torch-fx",
  summary: "PyTorch graphs of torch.export or torch.fx, as JSON that a few lines of Python write",
  extensions: [".json"],
  recognises: (file) => file.jsonObject()?.schema === TORCH_FX_SCHEMA,
  coverage: coverageOf,
  read(source) {
    const { torch, nodes, graphs } = parseWith(fxFile, source.json());
    const flat = flattened(nodes.map(fxNode), graphs ?? {});
    const { graph, unknown, views, modules, repeated } = fxGraph(flat.nodes, flat.work);
    return {
      graph,
      unknown,
      fidelity: { ...defaultFidelity, name: "default, 0 optimizer slots", optimizerSlots: 0 },
      meta: {
        source: "PyTorch graph",
        ...(modules.some((module) => module !== null) && { aliases: { modules } }),
      },
      report: {
        recognised: `PyTorch FX graph${torch === undefined ? "" : ` of torch ${torch.slice(0, 40)}`}, ${count(nodes.length, "node")}`,
        assumed: [
          `Work comes from shapes, 2 FLOP per multiply-add; the speed is that of ${graph.dtype}.`,
          "The graph is a forward pass: weights have no optimizer state.",
          ...(views > 0 ? [`${count(views, "view")} of tensors take no time.`] : []),
          ...flat.assumed,
          ...(repeated.length > 0
            ? [
                `${count(repeated.length, "call")} repeat a module, as the names say: ${listed(repeated)}. Newer files name the module.`,
              ]
            : []),
        ],
        dropped: ["Values of arguments and of constants."],
      },
    };
  },
};

const MOST_LISTED = 8;
const listed = (names: readonly string[]): string =>
  names
    .slice(0, MOST_LISTED)
    .map((name) => name.slice(0, 40))
    .join(", ") + (names.length > MOST_LISTED ? ", ..." : "");
