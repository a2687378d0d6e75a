/** What a reader of one row should know beside its numbers, as short clauses; empty for an ordinary row. */
import type { Row } from "./ranking.ts";

export function remarksOf({ seeds, feasibleSeeds, failure, note, timeLimited }: Row): string[] {
  const remarks: string[] = [];
  if (feasibleSeeds > 0 && feasibleSeeds < seeds)
    remarks.push(
      `infeasible on ${seeds - feasibleSeeds} of ${seeds} seeds; the mean is over the others, so no gap is given`,
    );
  if (failure !== null) remarks.push(withoutStop(failure));
  if (note !== null) remarks.push(withoutStop(note));
  if (timeLimited) remarks.push("stopped by the clock, so another run may differ");
  return remarks;
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, "");
