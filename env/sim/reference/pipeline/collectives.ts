/** The messages of every collective, written out round by round. */
import { levelsOf } from "../../../model/cluster/levels.ts";
import type { PhaseRun, Pipeline } from "./contract.ts";

export interface Step {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** The messages of a collective, round by round. */
export function roundsOf({ plan, scenario }: Pipeline, members: readonly PhaseRun[]): Step[][] {
  const all = members.map((_, i) => i);
  if (plan.collective === "tree") return [...reduce(all), ...broadcast(all)];
  if (plan.collective !== "hierarchical") return ring(all);
  const [machineOf] = levelsOf(scenario.cluster);
  const machines = [...new Set(members.map(({ device }) => machineOf[device]))].map((machine) =>
    all.filter((i) => machineOf[members[i].device] === machine),
  );
  const inside = machines.map(ring);
  if (machines.length === 1) return inside[0];
  return [
    ...together(inside),
    ...ring(machines.map(([leader]) => leader)),
    ...together(machines.map(broadcast)),
  ];
}

function ring(members: readonly number[]): Step[][] {
  const n = members.length;
  return Array.from({ length: 2 * (n - 1) }, () =>
    members.map((from, i) => ({ from, to: members[(i + 1) % n], share: 1 / n })),
  );
}

/** At distance 1, 2, 4, ... the upper half of each group sends to the lower one. */
function reduce(members: readonly number[]): Step[][] {
  const rounds: Step[][] = [];
  for (let width = 1; width < members.length; width *= 2)
    rounds.push(
      [...members.keys()]
        .filter((i) => i % (2 * width) === 0 && i + width < members.length)
        .map((i) => ({ from: members[i + width], to: members[i], share: 1 })),
    );
  return rounds;
}

const broadcast = (members: readonly number[]): Step[][] =>
  reduce(members)
    .map((round) => round.map(({ from, to, share }) => ({ from: to, to: from, share })))
    .reverse();

/** The first rounds of all, then the second ones, and so on. */
const together = (parts: readonly Step[][][]): Step[][] =>
  Array.from({ length: Math.max(...parts.map((part) => part.length)) }, (_, i) =>
    parts.flatMap((part) => part[i] ?? []),
  );
