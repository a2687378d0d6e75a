/**
 * The device sets that the released DAPPLE planner (AlibabaPAI/DAPPLE, after Fan et al., PPoPP
 * 2021) tries for the next stage: one by each of three policies, equal ones once.
 *
 *   fresh    the machines without an occupied device, from the first on
 *   append   the machines with one
 *   scatter  one device of each machine in turn
 *
 * `fresh` and `append` give nothing where their machines have too few devices. The released code
 * also has faults, kept here: `append` takes consecutive devices from the first free one on, even
 * where some are occupied. So two stages may share a device. Where the released program would read
 * beyond the last device and end, the policy gives nothing.
 */

/** One character for each device, 1 where it is occupied. */
export type Occupied = string;

export interface Choice {
  /** The devices taken, ascending. */
  readonly devices: readonly number[];
  /** What is occupied with them. */
  readonly occupied: Occupied;
}

interface Availability {
  readonly isFresh: readonly boolean[];
  readonly free: readonly number[];
}

/**
 * The sets for `need` devices beside those occupied.
 *
 * @param ends number of devices up to the end of each machine
 */
export function releasedChoices(ends: readonly number[], occupied: Occupied, need: number): Choice[] {
  const machines = availability(ends, occupied);
  const choices = new Map<string, Choice>();
  for (const take of [takeFresh, takeUsed, takeScattered]) {
    const after = [...occupied];
    const taken = take(ends, after, need, machines);
    if (taken === null) continue;
    const devices = [...taken].sort((a, b) => a - b);
    choices.set(devices.join(), { devices, occupied: after.join("") });
  }
  return [...choices.values()];
}

/** The unions of sets that `copies` choices of `need` devices, one after another, can make. */
export function releasedChoicesOfCopies(
  ends: readonly number[],
  occupied: Occupied,
  need: number,
  copies: number,
): Choice[] {
  let choices: Choice[] = [{ devices: [], occupied }];
  for (let copy = 0; copy < copies; copy++) {
    const longer = new Map<string, Choice>();
    for (const choice of choices)
      for (const next of releasedChoices(ends, choice.occupied, need)) {
        const union = new Set([...choice.devices, ...next.devices]);
        const devices = [...union].sort((a, b) => a - b);
        longer.set(devices.join(), { devices, occupied: next.occupied });
      }
    choices = [...longer.values()];
  }
  return choices;
}

function availability(ends: readonly number[], occupied: Occupied): Availability {
  const machines = ends.map((end, i) => occupied.slice(i === 0 ? 0 : ends[i - 1], end));
  return {
    isFresh: machines.map((devices) => !devices.includes("1")),
    free: machines.map((devices) => devices.split("0").length - 1),
  };
}

type Take = (
  ends: readonly number[],
  occupied: string[],
  need: number,
  machines: Availability,
) => Set<number> | null;

const takeFresh: Take = (ends, occupied, need, machines) => takeInOrder(ends, occupied, need, machines, true);
const takeUsed: Take = (ends, occupied, need, machines) => takeInOrder(ends, occupied, need, machines, false);

function takeInOrder(
  ends: readonly number[],
  occupied: string[],
  need: number,
  { isFresh, free }: Availability,
  wantsFresh: boolean,
): Set<number> | null {
  const count = occupied.length;
  const taken = new Set<number>();
  let left = need;
  for (const [i, end] of ends.entries()) {
    if (isFresh[i] !== wantsFresh) continue;
    const isEnough = free[i] >= left;
    let device = i === 0 ? 0 : ends[i - 1];
    while (occupied[device] === "1" && device < count - 1) device++;
    if (!isEnough && occupied[device] === "1" && device >= end) return null;
    const stop = isEnough ? device + left : end;
    if (stop > count) return null;
    for (; device < stop; device++) {
      occupied[device] = "1";
      taken.add(device);
      left--;
    }
    // An unsigned count wraps around below 0, and no machine has enough from then on.
    if (left < 0) left = Number.POSITIVE_INFINITY;
  }
  return left === 0 ? taken : null;
}

const takeScattered: Take = (ends, occupied, need, { free }) => {
  if (free.reduce((sum, devices) => sum + devices, 0) < need) return null;
  const taken = new Set<number>();
  for (let round = 0; taken.size < need; round++)
    for (const i of ends.keys()) {
      if (free[i] <= round || taken.size === need) continue;
      let device = i === 0 ? 0 : ends[i - 1];
      while (occupied[device] === "1") device++;
      occupied[device] = "1";
      taken.add(device);
    }
  return taken;
};
