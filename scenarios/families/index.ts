/**
 * The registry of families. Adding one is one file that draws a graph from a random stream, and one
 * entry here.
 */
import { enasCifar } from "./enas-cifar.ts";
import { enasPtb } from "./enas-ptb.ts";
import type { Family } from "./family.ts";
import { gcnGraphs } from "./gcn-graphs.ts";
import { inceptionFamily } from "./inception.ts";
import { layered } from "./layered.ts";
import { nmtFamily } from "./nmt.ts";
import { regal } from "./regal.ts";
import { seriesParallel } from "./series-parallel.ts";
import { transformer } from "./transformer.ts";

export const families: readonly Family[] = [
  enasCifar,
  enasPtb,
  nmtFamily,
  inceptionFamily,
  transformer,
  layered,
  seriesParallel,
  regal,
  gcnGraphs,
];
