/**
 * How slow copies would have to be for an order to hold: the number again at latencies that nobody
 * published. It goes into the note of a claim that does not hold, and never makes one hold.
 */

import { numberText } from "../claim-text.ts";
import type { Claim, Laboratory } from "../contract.ts";
import { ratioOf } from "../measured.ts";
import { addressUnder, TF_2017 } from "./assumptions.ts";
import { type Comparison, joinedNotes } from "./orders.ts";

const LATENCIES_MS = [1, 10, 100] as const;

export async function withSlowCopies(
  claims: readonly Claim[],
  { scenarios, ours, theirs }: Pick<Comparison, "scenarios" | "ours" | "theirs">,
  lab: Laboratory,
): Promise<Claim[]> {
  if (claims.every(({ verdict }) => verdict === "holds")) return [...claims];
  const numbers = await Promise.all(
    LATENCIES_MS.map(async (ms) => {
      const options = `${TF_2017.options}&latency=${ms}ms`;
      const addresses = scenarios.map((scenario) => addressUnder(scenario, { options }));
      const runs = ({ values }: Comparison["ours"]) =>
        Promise.all(addresses.map((address) => values(address, 1, lab)));
      const { measured } = ratioOf(await runs(ours), await runs(theirs));
      return `${measured === null ? "no number" : numberText(measured.value)} at ${ms} ms`;
    }),
  );
  const note = `With a latency on each link that nobody published it is ${numbers.join(", ")} (one seed).`;
  return claims.map((claim) =>
    claim.verdict === "holds" ? claim : { ...claim, note: joinedNotes(claim.note, note) },
  );
}
