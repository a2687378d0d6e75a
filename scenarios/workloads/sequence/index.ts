/** The registry of networks on sequences, tables and graphs. */

import { languageModels } from "../recurrent/language-models.ts";
import { recurrentNetworks } from "../recurrent/recurrent-networks.ts";
import { translators } from "../recurrent/translators.ts";
import { recommenders } from "../sparse/recommenders.ts";
import type { Workload } from "../workload.ts";

export const sequenceWorkloads: readonly Workload[] = [
  ...recurrentNetworks,
  ...languageModels,
  ...translators,
  ...recommenders,
];
