/**
 * HLO text, XLA's intermediate language (openxla.org), as dumps of XLA, JAX and TensorFlow hold it.
 */

import { InputError } from "../../../env/model/errors.ts";
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import type { Query } from "../../../env/model/user/query.ts";
import type { Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import { hloGraph } from "./graph.ts";
import { coverageOf } from "./opcodes.ts";
import { isHloText, otherForm } from "./recognise.ts";
import { mainArray } from "./shape.ts";
import { type HloModule, readModules } from "./text.ts";
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
    module: "name of the module to read, where the file has several; default the one with most instructions",
  },
  recognises: ({ head }) => isHloText(head) || otherForm(head) !== null,
  coverage: coverageOf,
  read(file, options) {
    const form = otherForm(file.head);
    if (form !== null) throw new InputError(form);
    const trips = options.integer("trips", { min: 1, max: 1e9 }) ?? 1;
    const modules = readModules(file.text());
    const module = chosen(modules, options);
    const name = module.name === "" ? "without a name" : module.name.slice(0, 80);
    const work = new WorkReader(module, trips);
    const dtype = dtypeOf(module, work);
    const parameters = module.entry.instructions.filter(({ opcode }) => opcode === "parameter").length;
    const { graph, names, collectives, unknown } = hloGraph(module, work, {
      isWeight: weightsOf(options),
      dtype,
    });
    const { unknownLoops, unknownCalls } = work;
    return {
      graph,
      unknown,
      meta: { source: `HLO module ${name}` },
      report: {
        recognised: `HLO text, module ${name}, ${count(module.computations.size, "computation")}, ${count(module.entry.instructions.length, "instruction")} in the entry`,
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
                `Custom calls of unknown work have 1 FLOP for each element that they make: ${[...unknownCalls].slice(0, 5).join(", ")}.`,
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
          ...otherModules(modules, module),
          "Layouts, shardings and the values of constants.",
        ],
      },
    };
  },
};

const sizeOf = ({ computations }: HloModule): number =>
  [...computations.values()].reduce((sum, { instructions }) => sum + instructions.length, 0);

function chosen(modules: readonly HloModule[], options: Query): HloModule {
  const name = options.text("module");
  if (modules.length === 0) throw new InputError("the file has no module.");
  if (name === undefined)
    return modules.reduce((most, module) => (sizeOf(module) > sizeOf(most) ? module : most));
  const named = modules.find((module) => module.name === name);
  if (named !== undefined) return named;
  const names = modules.map((module) => module.name);
  throw options.unfit("module", `one of ${names.slice(0, 8).join(", ")}`, names);
}

function otherModules(modules: readonly HloModule[], taken: HloModule): string[] {
  const others = modules.filter((module) => module !== taken).map(({ name }) => name.slice(0, 40));
  if (others.length === 0) return [];
  const more = others.length > 5 ? ", ..." : "";
  return [
    `${count(others.length, "other module")}: ${others.slice(0, 5).join(", ")}${more}; module=NAME takes one.`,
  ];
}

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
