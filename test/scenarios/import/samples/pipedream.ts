/** Layer profiles: PipeDream's, and one with the looser spacing of DAPPLE's. */
import type { Sample } from "./sample.ts";

const times = (forward: number, backward: number, activation: string, parameters: number) =>
  `forward_compute_time=${forward}, backward_compute_time=${backward}, activation_size=${activation}, parameter_size=${parameters}`;

const pipedream = [
  `node3 -- Linear(8, 4, bias=True) -- ${times(0.25, 0.5, "64.0", 128)}`,
  `node1 -- Input0 -- ${times(1.5, 0, "256.0", 0)}`,
  `node2 -- LSTM(8, 8) -- ${times(2, 3.5, "[128.0; 32.0; 32.0]", 2304)} -- stage_id=0`,
  `node4 -- Add(inplace) -- ${times(0.125, 0, "64.000", 0)} -- stage_id=1`,
  "\tnode1 -- node2",
  "\tnode2 -- node3",
  "\tnode2 -- node4",
  "\tnode3 -- node4",
].join("\n");

const dapple = [
  `node1 -- input_ids -- ${times(0.01, 0, "9216", 0)} `,
  `node2 -- layer_0 -- ${times(8.07, 13.4, "[12976; 96]", 50384)}`,
  `node3 -- pooler -- ${times(0, 0, "0", 4198)}`,
  "  node1 -- node2",
  "  node2 -- node3 ",
  "",
].join("\r\n");

export const pipedreamSamples: readonly Sample[] = [
  { content: pipedream, ops: 4, edges: 4 },
  { content: dapple, ops: 3, edges: 2 },
  { content: pipedream, ops: 6, edges: 9, options: { backward: "separate", inputs: "drop", scale: "2" } },
];
