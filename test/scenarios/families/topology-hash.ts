/**
 * A hash of a graph's topology by colour refinement in both directions (Weisfeiler, Lehman, 1968).
 * Graphs of one topology have one hash; names, times and sizes do not matter. So different hashes
 * prove different topologies.
 */
import { createHash } from "node:crypto";
import type { OpGraph } from "../../../env/index.ts";

const ROUNDS = 4;

export function topologyHash({ opCount, edgeCount, edgeSource, edgeDestination }: OpGraph): string {
  let colours = new Int32Array(opCount);
  // Colours get their numbers in the order of their texts, which does not depend on the order of
  // ops.
  const history: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = Array.from({ length: opCount }, (): number[] => []);
    const after = Array.from({ length: opCount }, (): number[] => []);
    for (let e = 0; e < edgeCount; e++) {
      before[edgeDestination[e]].push(colours[edgeSource[e]]);
      after[edgeSource[e]].push(colours[edgeDestination[e]]);
    }
    const text = (numbers: number[]) => numbers.sort((a, b) => a - b).join(",");
    const signatures = Array.from(colours, (colour, v) => `${colour}<${text(before[v])}>${text(after[v])}`);
    const numbers = new Map([...new Set(signatures)].sort().map((signature, i) => [signature, i]));
    colours = Int32Array.from(signatures, (signature) => numbers.get(signature)!);
    history.push([...signatures].sort().join(";"));
  }
  return createHash("sha256").update(history.join("|")).digest("hex");
}
