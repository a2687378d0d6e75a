/** The messages of a sharded step: which collective each is of, and the hops that it takes. */
import type { LoggedSharding } from "../../lower/sharding/run.ts";
import { journeysOf } from "../explain/journeys.ts";
import type { StepMessage } from "./contract.ts";

/** `deviceCount`: of the scenario, whose senders are numbered after them. */
export function stepMessages(run: LoggedSharding, deviceCount: number): StepMessage[] {
  const { compiled, device, engine, moves, opOf } = run;
  const moveOf = new Int32Array(compiled.opCount).fill(-1);
  moves.forEach(({ firstTask, endTask }, number) => {
    moveOf.fill(number, firstTask, endTask);
  });
  return journeysOf(compiled, { device, transfers: engine.transfers() }).flatMap((journey) => {
    const { producer, consumers, bytes, hops } = journey;
    if (hops.length === 0) return [];
    const [first] = consumers;
    const collective = moveOf[first];
    return {
      collective,
      op: collective === -1 ? opOf[producer] : moves[collective].op,
      fromDevice: device[producer] % deviceCount,
      toDevice: device[first] % deviceCount,
      bytes,
      hops,
    };
  });
}
