/** Scenarios of small networks for inference, under the objective rewritten. */
import { type Scenario, testScenario } from "../../../../../env/index.ts";
import { inferenceGraph } from "../../../../../scenarios/workloads/tape/backward.ts";
import { createTape, type Tape } from "../../../../../scenarios/workloads/tape/tape.ts";

export function inferenceScenario(record: (tape: Tape) => void): Scenario {
  const tape = createTape();
  record(tape);
  const graph = inferenceGraph(tape);
  return testScenario({ graph, devices: ["CPU", "GPU"], objective: "rewritten" });
}
