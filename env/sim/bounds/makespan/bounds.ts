/**
 * Certified lower bounds on the makespan, cheap enough for every table. The page docs/bounds.md
 * gives each argument in a line, and test/laws/bounds.test.ts certifies them against brute force.
 */
import type { Compiled } from "../../engine/compile.ts";
import type { Bound } from "../../evaluator/contract.ts";
import { bestOf, PLACEMENTS, roundingFor } from "../best.ts";
import { makespanCeilingUs } from "../ceiling.ts";
import { memoryWorkUs } from "../memory-work.ts";
import { largestUnitUs, type Units, unitsOf } from "../units.ts";
import { workBound } from "../work-bound.ts";
import { type Chains, createChains, longestThroughUs } from "./chains.ts";
import { inseparableUs, type Pairs } from "./inseparable.ts";
import { intervalUs } from "./interval.ts";
import { NEXT_TRIAL, type RefutationLimits, refutedUs } from "./refutation.ts";
import { trainingChainUs } from "./training-chain.ts";

/**
 * A bound that takes seconds, on request. It is at least every bound of `makespanBounds` and the
 * known bound `lowerUs`. Where some unit fits nowhere there is no plan, and no search. The search
 * ends at `upperUs`, the value of a plan, or else at the ceiling.
 */
export function refutationBound(
  compiled: Compiled,
  known: { readonly lowerUs?: number; readonly upperUs?: number } = {},
  limits: RefutationLimits = refutationLimits(compiled.opCount),
): Bound {
  const units = makespanUnits(compiled);
  const lowerUs = Math.max(known.lowerUs ?? 0, bestOf(makespanBounds(compiled)).value);
  const upperUs = known.upperUs ?? makespanCeilingUs(compiled);
  const value = fitsNowhere(units) ? lowerUs : refutedUs(compiled, units, { lowerUs, upperUs }, limits);
  return { argument: "refutation", covers: PLACEMENTS, value };
}

/** Some seconds for a thousand ops. Larger graphs get fewer probes. */
const refutationLimits = (opCount: number): RefutationLimits => ({
  trials: 10,
  rounds: 12,
  probes: Math.min(100, Math.floor(20_000 / opCount)),
});

/**
 * A refutation by conclusions alone takes as long as the other bounds. It finds nothing where few
 * units have to be together.
 */
const QUICK: RefutationLimits = { trials: 3, rounds: 3, probes: 0 };
const QUICK_OPS = 3000;
const MANY = 0.03;

function tiesMany({ unitOf, unitCount }: Units, { a, b, apartUs }: Pairs, limitUs: number): boolean {
  let count = 0;
  for (let i = 0; i < apartUs.length; i++) if (apartUs[i] > limitUs && unitOf[a[i]] !== unitOf[b[i]]) count++;
  return count >= MANY * unitCount;
}

const fitsNowhere = ({ unitBytes, typeBytes }: Units): boolean =>
  unitBytes.some((bytes) => typeBytes.every((room) => bytes > room));

/** The simplest argument comes first; of equal bounds the first is named. */
export function makespanBounds(compiled: Compiled): Bound[] {
  const { runUs, fidelity } = compiled;
  const units = makespanUnits(compiled);
  const chainsFor = createChains(compiled);
  const chains = chainsFor(units);
  const throughUs = longestThroughUs(chains, units);
  const memoryUs = memoryWorkUs(units);
  const chainUs = trainingChainUs(compiled, units, chains);
  const parting = apart(chains, units, fidelity.startUs);
  const roundedWork = roundingFor(runUs, [fidelity.opGapUs, fidelity.startUs]);
  const roundedDown = roundingFor(runUs, ...transferAmounts(compiled));
  const ofWork = (us: number) => roundedWork(fidelity.startUs + us);
  const simple: Bound[] = [
    { argument: "critical path", covers: PLACEMENTS, value: criticalPathUs(compiled) },
    { argument: "work", covers: PLACEMENTS, value: ofWork(workBound(units.unitUs, units.machines).valueUs) },
    { argument: "largest unit", covers: PLACEMENTS, value: ofWork(largestUnitUs(units)) },
    { argument: "critical path with transfers", covers: PLACEMENTS, value: roundedDown(throughUs) },
    ...(chainUs === null
      ? []
      : [
          {
            argument: "critical path there and back",
            covers: PLACEMENTS,
            value: roundedDown(chainUs),
          },
        ]),
    ...(memoryUs === null
      ? []
      : [{ argument: "work within memory", covers: PLACEMENTS, value: ofWork(memoryUs) }]),
    {
      argument: "inseparable ops",
      covers: PLACEMENTS,
      value: roundedDown(fidelity.startUs + inseparableUs(units, parting)),
    },
  ];
  const horizonUs = Math.max(throughUs, ...simple.map(({ value }) => value).filter(Number.isFinite));
  const inWindowsUs = intervalUs(chains, units, horizonUs, trailingGapUs(compiled));
  const bounds = [...simple, { argument: "interval", covers: PLACEMENTS, value: roundedDown(inWindowsUs) }];
  const lowerUs = bestOf(bounds).value;
  if (
    compiled.opCount <= QUICK_OPS &&
    !fitsNowhere(units) &&
    tiesMany(units, parting, lowerUs * NEXT_TRIAL)
  ) {
    const upperUs = makespanCeilingUs(compiled);
    const value = refutedUs(compiled, units, { lowerUs, upperUs }, QUICK, chainsFor, chains);
    if (value > lowerUs) bounds.push({ argument: "quick refutation", covers: PLACEMENTS, value });
  }
  // Infinite where nothing fits. That is true of all plans, as there are none, but it is no number
  // to print.
  return bounds.filter(({ value }) => value !== Number.POSITIVE_INFINITY);
}

function transferAmounts({ fidelity, slotBytes, linkBytesPerUs, linkLatencyUs }: Compiled) {
  const moves = [...new Set(linkBytesPerUs)].map((speed) => slotBytes.map((bytes) => bytes / speed));
  return [[fidelity.opGapUs, fidelity.transferGapUs, fidelity.startUs], linkLatencyUs, ...moves];
}

/** The idle time after an op counts where the step ends with it. */
const trailingGapUs = ({ fidelity }: Compiled): number =>
  fidelity.makespan === "last-event" ? fidelity.opGapUs : 0;

/** What the bounds on the makespan see of a scenario. */
export function makespanUnits(compiled: Compiled): Units {
  const { scenario, fidelity, runUs, residentBytes } = compiled;
  const { devices } = scenario.cluster;
  const gapUs = trailingGapUs(compiled);
  return unitsOf(scenario, {
    occupiedUs: runUs.map((us) => (us === 0 ? 0 : us + gapUs)),
    opBytes: residentBytes,
    limitBytes: Float64Array.from(devices, ({ memoryBytes }) =>
      fidelity.memory === "training" ? memoryBytes : Number.POSITIVE_INFINITY,
    ),
    label: devices.map(() => ""),
  });
}

/** Longest chain with every op on its fastest device. */
function criticalPathUs({ scenario, deviceCount, runUs, depStart, depConsumer, fidelity }: Compiled): number {
  const readyUs = new Float64Array(scenario.graph.opCount).fill(fidelity.startUs);
  let longestUs = 0;
  for (const v of scenario.graph.topologicalOrder) {
    let fastestUs = Number.POSITIVE_INFINITY;
    for (let d = 0; d < deviceCount; d++) fastestUs = Math.min(fastestUs, runUs[v * deviceCount + d]);
    const endUs = readyUs[v] + fastestUs;
    longestUs = Math.max(longestUs, endUs);
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      readyUs[depConsumer[i]] = Math.max(readyUs[depConsumer[i]], endUs);
  }
  return longestUs;
}

/**
 * Producer and consumer on two devices: the chain before, the transfer and the chain after, from
 * the start of the step.
 */
function apart(chains: Chains, { typeCount }: Units, firstUs: number): Pairs {
  const { producer, consumer } = chains.dependencies;
  const apartUs = Float64Array.from(producer, (u, dependency) => {
    const v = consumer[dependency];
    let least = Number.POSITIVE_INFINITY;
    for (let from = 0; from < typeCount; from++)
      for (let to = 0; to < typeCount; to++) {
        const i = u * typeCount + from;
        const j = v * typeCount + to;
        const beforeUs = chains.startUs[i] + chains.runUs[i];
        const afterUs = chains.runUs[j] + chains.tailUs[j];
        const arrivedUs = chains.transferUs(dependency, from, to) + afterUs;
        least = Math.min(least, beforeUs + Math.max(arrivedUs, chains.linksFreeUs(dependency, from, to)));
      }
    return least - firstUs;
  });
  return { a: producer, b: consumer, apartUs };
}
