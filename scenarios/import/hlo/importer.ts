/**
 * HLO text, XLA's intermediate language (openxla.org), as dumps of XLA, JAX and TensorFlow hold it.
 */

import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Query } from "../../../env/model/query.ts";
import type { Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import { hloGraph } from "./graph.ts";
import { mainArray } from "./shape.ts";
import { type HloModule, readHlo } from "./text.ts";
import { WorkReader } from "./work.ts";

const NO_WEIGHTS = "none";

export const hlo: Importer = {
  name: "hlo",
  summary: "HLO text of XLA, JAX or TensorFlow dumps",
  extensions: [".hlo", ".txt"],
  options: {
    weights:
      "numbers of the entry's parameters that are weights, such as 0-161 or 2+5-9, all or none (default)",
    trips: "trip count of loops that the file gives none for; default 1",
  },
  recognises: (file) => /^\s*(\/\/[^\n]{0,1000}\n\s*){0,100}HloModule\s/.test(file.head),
  read(file, options) {
    const trips = options.integer("trips", { min: 1, max: 1e9 }) ?? 1;
    const module = readHlo(file);
    const work = new WorkReader(module, trips);
    const dtype = dtypeOf(module, work);
    const parameters = module.entry.instructions.filter(({ opcode }) => opcode === "parameter").length;
    const { graph, names, collectives } = hloGraph(module, work, { isWeight: weightsOf(options), dtype });
    const { unknownLoops, unknownCalls } = work;
    return {
      graph,
      meta: { source: `HLO module ${module.name.slice(0, 80)}` },
      report: {
        recognised: `HLO text, module ${module.name.slice(0, 80)}, ${count(module.computations.size, "computation")}, ${count(module.entry.instructions.length, "instruction")} in the entry`,
        assumed: [
          `Work comes from shapes, 2 FLOP per multiply-add; the speed is that of ${dtype}.`,
          parametersText(parameters, options.text("weights") ?? NO_WEIGHTS),
          ...(backwardOps(graph) > 0
            ? [`${count(backwardOps(graph), "op")} are of the backward pass, by their names.`]
            : []),
          ...(unknownLoops.size > 0
            ? [
                `${count(unknownLoops.size, "loop")} without a known trip count run ${count(trips, "time")}; trips=N says otherwise.`,
              ]
            : []),
          ...(unknownCalls.size > 0
            ? [
                `Custom calls of unknown work only touch their bytes: ${[...unknownCalls].slice(0, 5).join(", ")}.`,
              ]
            : []),
          ...(collectives > 0
            ? [
                `${count(collectives, "collective")} only touch their bytes: the module is one device's share of a program.`,
              ]
            : []),
        ],
        dropped: [
          ...(names > 0
            ? [
                `${count(names, "tuple, element or bitcast instruction")}: names of other instructions' outputs.`,
              ]
            : []),
          "Layouts, shardings and the values of constants.",
        ],
      },
    };
  },
};

function parametersText(parameters: number, weights: string): string {
  const taken =
    weights === NO_WEIGHTS ? "inputs, none weights" : `inputs but for ${weights}, which are weights`;
  return `The ${count(parameters, "parameter")} of the entry are ${taken}; constants are weights.`;
}

const backwardOps = ({ role }: OpGraph): number => role.reduce((sum, own) => sum + (own === 1 ? 1 : 0), 0);

/** Half precision where most of the work is done in it, else single. */
function dtypeOf({ entry, computations }: HloModule, work: WorkReader): string {
  let half = 0;
  let other = 0;
  for (const computation of [...computations.values(), entry])
    for (const instruction of computation.instructions) {
      if (!["dot", "convolution", "custom-call"].includes(instruction.opcode)) continue;
      const flops = work.flops(instruction, computation);
      if (/^(f16|bf16)$/.test(mainArray(instruction.shape)?.dtype ?? "")) half += flops;
      else other += flops;
    }
  return half > other ? "float16" : "float32";
}

/** Which parameters of the entry are weights. */
function weightsOf(options: Query): (parameter: number) => boolean {
  const text = options.text("weights") ?? NO_WEIGHTS;
  if (text === NO_WEIGHTS) return () => false;
  if (text === "all") return () => true;
  const ranges = text.split("+").map((part) => {
    const range = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
    if (range === null) throw options.unfit("weights", "all, none or numbers such as 0-161 or 2+5-9");
    return [Number(range[1]), Number(range[2] ?? range[1])];
  });
  return (parameter) => ranges.some(([first, last]) => parameter >= first && parameter <= last);
}
