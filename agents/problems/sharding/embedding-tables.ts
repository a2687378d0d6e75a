/**
 * What embedding tables cost, as balancing sees them (Mudigere et al., ISCA 2022): what a step
 * reads of each, and sends to all devices. A sample reads the numbers that it gets, as every lookup
 * here is of one row. Costs are times by the speeds of one device and its slowest link.
 */
import type { EmbeddingTable } from "../../../env/model/layout/embedding-tables.ts";
import type { Scenario } from "../../../env/model/scenario.ts";
import { slowestBytesPerUs } from "../pipeline/equal-devices.ts";

export function tableCostsUs(
  scenario: Scenario,
  devices: readonly number[],
  tables: readonly EmbeddingTable[],
): number[] {
  const readBytesPerUs = Math.min(...devices.map((d) => scenario.cluster.devices[d].memoryBytesPerUs));
  const sendBytesPerUs = slowestBytesPerUs(scenario, devices);
  return tables.map(({ lookedBytes }) => lookedBytes / readBytesPerUs + lookedBytes / sendBytesPerUs);
}
