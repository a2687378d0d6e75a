/**
 * Scenarios small enough to try every placement, one for each difficulty that a method may miss.
 */
import {
  allowedDevices,
  evaluator,
  liftToOps,
  placement,
  type Scenario,
  testScenario,
} from "../../../env/index.ts";

export const tinyScenarios: readonly Scenario[] = [
  testScenario({ name: "one op", graph: "a 10", devices: 1 }),
  testScenario({ name: "chain", graph: "a 10 8B\nb 20 8B <- a\nc 30 8B <- b\nd 5 <- c" }),
  testScenario({
    name: "two branches",
    graph: "in 1 20B\na 40 20B <- in\nb 50 20B <- in\nc 20 20B <- a\nd 10 20B <- b\nout 1 <- c d",
    devices: 3,
  }),
  testScenario({
    name: "slow links",
    graph: "in 1 2000B\na 40 900B <- in\nb 50 900B <- in\nout 1 <- a b",
    bytesPerUs: 1,
    latencyUs: 20,
  }),
  testScenario({
    name: "host and two accelerators",
    graph:
      "read GPU:1|CPU:2 30B kinds=CPU\na GPU:40|CPU:400 30B <- read\nb GPU:40|CPU:300 30B <- read\nc GPU:10|CPU:90 <- a b",
    devices: ["GPU", "GPU", "CPU"],
  }),
  testScenario({
    name: "co-located training step",
    graph: `
      f1 10 40B params=50 group=one
      f2 20 40B params=50 group=two <- f1
      loss 1 4B <- f2
      b2 40 40B role=backward twin=f2 group=two <- loss f1
      b1 20 40B role=backward twin=f1 group=one <- b2
      u1 2 role=update group=one <- ^b1`,
  }),
  testScenario({
    name: "fits only when split",
    graph: "a 10 8B params=60\nb 10 8B params=60 <- a\nc 10 8B params=60 <- b\nd 10 params=10 <- c",
    memoryBytes: 150,
  }),
  testScenario({ name: "no work at all", graph: "a 0\nb 0 <- ^a" }),
  testScenario({
    name: "max load",
    graph:
      "a 10 params=5 transfer=2 8B\nb 20 params=5 transfer=3 8B <- a\nc 30 transfer=1 8B <- a\nd 15 transfer=1 <- b c",
    objective: "max-load",
  }),
];

/** No placement fits: one op alone is over every device's memory. */
export const nothingFits = testScenario({
  name: "nothing fits",
  graph: "a 10 8B params=500\nb 20 8B <- a\nc 5 <- b",
  memoryBytes: 100,
});

const leastOf = new WeakMap<Scenario, number | null>();

/**
 * The least value of all feasible placements of the groups, by trying every one, once for each
 * scenario; null where none is feasible.
 */
export function bruteForce(scenario: Scenario): number | null {
  const known = leastOf.get(scenario);
  if (known !== undefined) return known;
  const least = leastByTrial(scenario);
  leastOf.set(scenario, least);
  return least;
}

function leastByTrial(scenario: Scenario): number | null {
  const { grouping, cluster } = scenario;
  const deviceCount = cluster.devices.length;
  const allowed = allowedDevices(scenario);
  const score = evaluator(scenario);
  const groupDevice = new Int32Array(grouping.groupCount);
  let best: number | null = null;
  for (let code = 0; code < deviceCount ** grouping.groupCount; code++) {
    let rest = code;
    for (let g = 0; g < grouping.groupCount; g++, rest = Math.floor(rest / deviceCount))
      groupDevice[g] = rest % deviceCount;
    if (groupDevice.some((d, g) => allowed[g * deviceCount + d] === 0)) continue;
    const { value } = score.evaluate(placement(liftToOps(grouping, groupDevice)));
    if (value !== null && (best === null || value < best)) best = value;
  }
  return best;
}
