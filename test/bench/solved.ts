/** One run of a method on a scenario, for the programs that compare searches. */
import type { Budget } from "../../env/index.ts";
import { runCell } from "../../results/index.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

export interface Solved {
  readonly scenario: string;
  readonly method: string;
  /** The best value found, us or bytes; null where no plan fitted. */
  readonly value: number | null;
  readonly bound: number;
  readonly simulations: number;
  readonly cpuSeconds: number;
}

export async function solved(
  scenario: string,
  method: string,
  seedIndex: number,
  budget: Budget,
): Promise<Solved> {
  const startedAt = cpuSeconds();
  const { result } = await runCell(
    { scenario, method, rootSeed: 0, seedIndex, budget },
    { clock: () => performance.now() / 1000, cpuClock: cpuSeconds },
  );
  return {
    scenario,
    method,
    value: result.feasible ? result.value : null,
    bound: result.bound,
    simulations: result.simulations,
    cpuSeconds: cpuSeconds() - startedAt,
  };
}
