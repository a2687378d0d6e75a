/**
 * Plans in files of graphs: PipeDream's `stage_id`, the device strings of a TensorFlow graph, the
 * attribute `device` of drawn graphs. One reader for every importer that finds devices. Stage s is
 * on accelerator s.
 */
import type { Scenario } from "../../env/model/scenario.ts";
import type { Importer } from "../import/contract.ts";
import { importers } from "../import/index.ts";
import type { PlanReader } from "./contract.ts";
import { planOfMap } from "./device-map.ts";

export const graphFilePlans: readonly PlanReader[] = importers
  .filter(({ devices }) => devices !== undefined)
  .map(readerOf);

function readerOf(importer: Importer): PlanReader {
  return {
    name: importer.name,
    summary: `devices or stages in a file of the graph format ${importer.name}`,
    inGraphs: true,
    recognises: (file) => importer.recognises(file),
    read(file, scenario) {
      const devices = importer.devices!(file);
      return devices.size === 0 ? null : planOfMap(known(devices, scenario), scenario);
    },
  };
}

/** Only names of ops or of what is above them: nodes that the scenario left out have no say. */
function known(devices: ReadonlyMap<string, string | number>, { graph }: Scenario) {
  const above = new Set(graph.names);
  for (const name of graph.names)
    for (let at = name.lastIndexOf("/"); at > 0; at = name.lastIndexOf("/", at - 1))
      above.add(name.slice(0, at));
  const kept = [...devices].filter(([name]) => above.has(name));
  return Object.fromEntries(kept.length === 0 ? devices : kept);
}
