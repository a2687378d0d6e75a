/** Pickles: a data set of Placeto, and a graph written by networkx and Python. */
import { placetoData } from "../pickle/placeto-data.ts";
import { bytesOfBase64, graphPickles } from "../pickle/python-pickles.ts";
import type { Sample } from "./sample.ts";

export const pickleSamples: readonly Sample[] = [
  { content: placetoData(), ops: 5, edges: 6 },
  { content: placetoData(), ops: 5, edges: 6, options: { devices: "3" } },
  ...graphPickles.map(([, base64]) => ({ content: bytesOfBase64(base64), ops: 3, edges: 3 })),
];
