/**
 * Transformer variants: the encoder of the workload `bert-base` as whole training graphs of real
 * ops. Members have 2 to 12 layers, 64 to 384 tokens and batches of 8 to 32. No two members have
 * the same numbers. Sizes and times are those of the workload; nothing is calibrated.
 */
import { buildWorkload } from "../workloads/build.ts";
import { workloadCatalog } from "../workloads/index.ts";
import { adam } from "../workloads/tape/optimizers.ts";
import { dealt, type Family } from "./family.ts";

const settings = [2, 3, 4, 5, 6, 8, 10, 12].flatMap((layers) =>
  [64, 128, 256, 384].flatMap((tokens) => [8, 16, 32].map((batch) => ({ layers, tokens, batch }))),
);

export const transformer: Family = {
  name: "transformer",
  summary: "BERT-like encoders: layers, tokens and batch vary; whole training graphs",
  source: "Devlin et al., NAACL 2019 (the encoder); variants ours",
  members: { train: 16, validation: 8, test: 16 },
  options: {},
  granularity: "group",
  devices: "all",
  optimizerSlots: adam.slots,
  graph(member) {
    const workload = workloadCatalog.find(({ name }) => name === "bert-base")!;
    const defaults = Object.entries(workload.options).map(([key, option]) => [key, option.default]);
    const setting = dealt("transformer", settings, transformer.members, member);
    return buildWorkload(workload, { ...Object.fromEntries(defaults), ...setting });
  },
};
