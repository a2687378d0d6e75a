/**
 * The range in which times stay exact. No run, transfer, delay or gap of a scenario may take longer
 * than 2^53 us (285 years). A run that takes time takes at least 1e-300 us. Sums of such times are
 * then finite for every plan, and halves of them are not lost. Code after this check need not test
 * for either.
 */

import { InputError } from "../errors.ts";
import type { OpGraph } from "../graph/graph.ts";
import { runsOnKind } from "../graph/support.ts";
import type { Scenario } from "../scenario.ts";
import { runTimesUs } from "./speed.ts";

const LONGEST_US = 2 ** 53;
const SHORTEST_US = 1e-300;
/** More optimizer state than this for each byte of weights is a mistake. */
const MOST_OPTIMIZER_SLOTS = 1000;

export function checkMagnitudes({ name, graph, cluster, fidelity }: Scenario): void {
  const refuse = (what: string, us: number): never => {
    throw new InputError(
      `Scenario "${name}": ${what} ${us} us, more than 2^53 us, past which times are not exact.`,
    );
  };
  const refuseShort = (what: string, us: number): never => {
    throw new InputError(
      `Scenario "${name}": ${what} ${us} us, less than ${SHORTEST_US} us, below which times are not exact.`,
    );
  };
  const runUs = runTimesUs(graph, cluster);
  const deviceCount = cluster.devices.length;
  runUs.forEach((us, i) => {
    const [v, d] = [Math.floor(i / deviceCount), i % deviceCount];
    const { name: device, kind } = cluster.devices[d];
    const runs = runsOnKind(graph, v, kind);
    if (runs && !(us <= LONGEST_US)) refuse(`op "${graph.names[v]}" takes on "${device}"`, us);
    if (runs && us > 0 && us < SHORTEST_US) refuseShort(`op "${graph.names[v]}" takes on "${device}"`, us);
  });
  graph.transferUs?.forEach((us, v) => {
    if (us > LONGEST_US) refuse(`to move the output of op "${graph.names[v]}" takes`, us);
  });
  const { op, bytes } = largestOutput(graph);
  for (const link of cluster.links) {
    if (link.latencyUs > LONGEST_US) refuse(`the latency of link "${link.name}" is`, link.latencyUs);
    if (Math.max(1, bytes) / link.bytesPerUs > LONGEST_US)
      refuse(`the output of op "${graph.names[op]}" takes on link "${link.name}"`, bytes / link.bytesPerUs);
  }
  for (const switchName of ["opGapUs", "transferGapUs", "startUs"] as const)
    if (fidelity[switchName] > LONGEST_US) refuse(`the fidelity's ${switchName} is`, fidelity[switchName]);
  if (fidelity.optimizerSlots > MOST_OPTIMIZER_SLOTS)
    throw new InputError(
      `Scenario "${name}": the fidelity's optimizerSlots is ${fidelity.optimizerSlots}, expected at most ${MOST_OPTIMIZER_SLOTS}.`,
    );
}

/** The op whose ports together carry most, or one of whose edges does. */
function largestOutput(graph: OpGraph): { op: number; bytes: number } {
  const { opCount, edgeCount, edgeSource, edgeBytes, outputStart, outputBytes } = graph;
  let largest = { op: 0, bytes: 0 };
  for (let v = 0; v < opCount; v++) {
    let bytes = 0;
    for (let port = outputStart[v]; port < outputStart[v + 1]; port++) bytes += outputBytes[port];
    if (bytes > largest.bytes) largest = { op: v, bytes };
  }
  for (let e = 0; e < edgeCount; e++)
    if (edgeBytes[e] > largest.bytes) largest = { op: edgeSource[e], bytes: edgeBytes[e] };
  return largest;
}
