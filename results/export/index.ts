/** Formats that other programs read: the registry of exporters. */
import { InputError } from "../../env/model/errors.ts";
import { notKnown } from "../../env/model/suggest.ts";
import type { Exporter } from "./contract.ts";
import { dot } from "./dot.ts";
import { graphml } from "./graphml.ts";
import { accelerate, pytorch } from "./module-maps.ts";
import { csv, tensorflow } from "./op-maps.ts";
import { svg } from "./svg.ts";

export type { Exported, Exporter } from "./contract.ts";
export { exportScenario } from "./lost-order.ts";

export const exporters: readonly Exporter[] = [accelerate, pytorch, tensorflow, csv, graphml, dot, svg];

export function exporterOf(name: string): Exporter {
  const found = exporters.find((candidate) => candidate.name === name);
  if (found !== undefined) return found;
  const names = exporters.map((candidate) => candidate.name);
  throw new InputError(notKnown("Export format", name, names));
}
