/**
 * Sums and copies along a chain of members, as NCCL's rings have them. The bytes go in as many
 * chunks as there are members. So n - 1 hops and n chunks take 2 (n - 1) messages of 1/n in turn.
 */
import { message, type Steps } from "./steps.ts";

/** The sum of all goes to the first member, which the chain ends at. */
export const chainReduce = (steps: Steps, share: number): readonly number[] =>
  along(steps, share, (hop, members) => ({ from: members - 1 - hop, to: members - 2 - hop }));

/** What the first member has goes to all others. */
export const chainBroadcast = (steps: Steps, share: number): readonly number[] =>
  along(steps, share, (hop) => ({ from: hop, to: hop + 1 }));

function along(
  steps: Steps,
  share: number,
  hopOf: (hop: number, members: number) => { readonly from: number; readonly to: number },
): readonly number[] {
  const last = [...steps.last];
  const members = last.length;
  for (let chunk = 0; chunk < members; chunk++)
    for (let hop = 0; hop < members - 1; hop++)
      message(steps, last, { ...hopOf(hop, members), share: share / members });
  return last;
}
