/** Formats that other programs read: the registry of exporters. */
import { InputError } from "../../env/model/errors.ts";
import { notKnown } from "../../env/model/suggest.ts";
import type { DividedExporter, Exporter, ExportFormat, PipelineExporter } from "./contract.ts";
import { dot } from "./dot.ts";
import { graphml } from "./graphml.ts";
import { accelerate, pytorch } from "./module-maps.ts";
import { csv, tensorflow } from "./op-maps.ts";
import { deepspeed } from "./pipeline/deepspeed.ts";
import { megatron } from "./pipeline/megatron.ts";
import { splitPoints } from "./pipeline/split-points.ts";
import { torchgpipe } from "./pipeline/torchgpipe.ts";
import { partitionSpecs } from "./sharding/partition-specs.ts";
import { svg } from "./svg.ts";

export type { DividedExporter, Exported, Exporter, ExportFormat, PipelineExporter } from "./contract.ts";
export { exportScenario } from "./lost-order.ts";

export const exporters: readonly Exporter[] = [accelerate, pytorch, tensorflow, csv, graphml, dot, svg];

/** Formats of pipelines alone. */
export const pipelineExporters: readonly PipelineExporter[] = [torchgpipe, splitPoints, deepspeed, megatron];

/** Formats of shardings, and of pipelines with meshes inside. */
export const dividedExporters: readonly DividedExporter[] = [partitionSpecs];

/** All that `export --format` takes. */
export const exportFormats: readonly ExportFormat[] = [
  ...exporters,
  ...pipelineExporters,
  ...dividedExporters,
];

export const exporterOf = (name: string): Exporter => named(exporters, name);

export const exportFormatOf = (name: string): ExportFormat => named(exportFormats, name);

function named<Format extends ExportFormat>(formats: readonly Format[], name: string): Format {
  const found = formats.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const names = formats.map((candidate) => candidate.name);
  throw new InputError(notKnown("Export format", name, names));
}
