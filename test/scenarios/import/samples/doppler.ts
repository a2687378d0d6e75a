/** Compute graphs of DOPPLER, without and with kinds. */
import type { Sample } from "./sample.ts";

const heads = ["7", "0, 1, ", "0, 1, 2, 2, 3, ", "2, 2, 4, 3, 4, "];
const costs = ["100000000,400000000", "30000000,7", "5000000,0", "0,90000000", "20000000,80000000"];
const kinds = ["einsummable", "formation", "select", "einsummable", "formation"];

const plain = [...heads, ...costs].join("\n");
const withKinds = [
  "7",
  "5, 6,",
  "0, 1, 2, 2, 3, 0, ",
  "2, 2, 4, 3, 4, 2,",
  ...costs.map((cost, i) => `${cost},${kinds[i]}`),
  "",
].join("\r\n");

export const dopplerSamples: readonly Sample[] = [
  { content: plain, ops: 5, edges: 5 },
  { content: withKinds, ops: 5, edges: 5, options: { devices: "8" } },
];
