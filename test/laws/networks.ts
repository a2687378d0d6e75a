/** The network models that laws of bounds are tried under: every fidelity and model by name. */
import { defaultFidelity, fidelities, networkModels, type Scenario, withNetwork } from "../../env/index.ts";

export interface Network {
  readonly name: string;
  set(scenario: Scenario): Scenario;
}

export const namedNetworks: readonly Network[] = [
  ...fidelities.map((fidelity) => ({
    name: fidelity.name,
    set: (scenario: Scenario) => ({ ...scenario, fidelity }),
  })),
  ...networkModels.map(({ name }) => ({ name, set: (scenario: Scenario) => withNetwork(scenario, name) })),
];

/** The switches that no network by name sets. */
export const otherSwitches: readonly Network[] = Object.entries({
  "one per consumer": { multicast: "per-consumer" },
  "no overlap": { overlap: false },
} as const).map(([name, switches]) => ({
  name,
  set: (scenario: Scenario) => ({ ...scenario, fidelity: { ...defaultFidelity, ...switches } }),
}));
