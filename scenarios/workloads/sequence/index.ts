/** The registry of networks on sequences, tables and graphs. */
import type { Workload } from "../workload.ts";
import { languageModels } from "./language-models.ts";
import { recommenders } from "./recommenders.ts";
import { recurrentNetworks } from "./recurrent-networks.ts";
import { translators } from "./translators.ts";

export const sequenceWorkloads: readonly Workload[] = [
  ...recurrentNetworks,
  ...languageModels,
  ...translators,
  ...recommenders,
];
