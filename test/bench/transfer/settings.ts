/** How each agent is trained on a family and asked about a member; chosen on validation members. */
export interface Setting {
  /** Options of training. */
  readonly training: string;
  /** Those of them that shape the weights. */
  readonly network: string;
  readonly updates: number;
  /** Members of the train split. */
  readonly graphs: number;
  /** Options of the answer within the budget. */
  readonly decoding: string;
  /** Options of the zero-shot plan, and the simulations that it needs. */
  readonly greedy: string;
  readonly greedySimulations: number;
}

export const settings: Readonly<Record<string, Setting>> = {
  placeto: {
    training: "imitation=400&episodes=8&graphs=4&labels=2&labelSimulations=10000",
    network: "",
    updates: 400,
    graphs: 16,
    decoding: "decode=improve&plans=300&decodeTemperature=0.7",
    // A segment longer than the budget, so that nothing is trained.
    greedy: "segment=1000",
    greedySimulations: 100,
  },
  gdp: {
    training: "imitation=300&tasksPerUpdate=4&learningRate=0.01&expert=300",
    network: "",
    updates: 300,
    graphs: 16,
    decoding: "decode=improve&plans=300&decodeTemperature=4",
    greedy: "",
    greedySimulations: 1,
  },
  regal: {
    training: "imitation=300&graphs=4&order=false",
    network: "order=false&population=5&elite=0.2&mutants=0.4",
    updates: 300,
    graphs: 16,
    decoding: "",
    greedy: "",
    greedySimulations: 1,
  },
};
