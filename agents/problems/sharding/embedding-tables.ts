/**
 * The embedding tables of a scenario, as balancing sees them (Mudigere et al., ISCA 2022): what a
 * step reads of each, and sends to all devices. A sample reads the numbers that it gets, as every
 * lookup here is of one row. Costs are times by the speeds of one device and its slowest link.
 */
import { Role } from "../../../env/model/graph/graph.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { slowestBytesPerUs } from "../pipeline/equal-devices.ts";
import { reservations } from "../schedule/scenario.ts";

export interface GroupTables {
  readonly group: number;
  /** Lookup ops in the group. */
  readonly tables: readonly number[];
  readonly costUs: number;
  /** Weights and optimizer state of all of the group. */
  readonly bytes: number;
}

const LOOKUP = "Embedding";

/** Groups with tables, ascending; none where no op looks rows up. */
export function groupTables(scenario: Scenario, devices: readonly number[]): GroupTables[] {
  const { graph, cluster, grouping } = scenario;
  const { setBytes } = reservations(scenario, 0);
  const readBytesPerUs = Math.min(...devices.map((d) => cluster.devices[d].memoryBytesPerUs));
  const sendBytesPerUs = slowestBytesPerUs(scenario, devices);
  const found = new Map<number, { tables: number[]; costUs: number }>();
  for (let v = 0; v < graph.opCount; v++) {
    if (graph.types[v] !== LOOKUP || graph.role[v] !== Role.forward || graph.parameterBytes[v] === 0)
      continue;
    const group = grouping.groupOf[v];
    const own = found.get(group) ?? { tables: [], costUs: 0 };
    const madeBytes = graph.outputBytes[graph.outputStart[v]];
    own.tables.push(v);
    own.costUs += madeBytes / readBytesPerUs + madeBytes / sendBytesPerUs;
    found.set(group, own);
  }
  return [...found]
    .map(([group, own]) => ({ group, ...own, bytes: setBytes[group] }))
    .sort((a, b) => a.group - b.group);
}
