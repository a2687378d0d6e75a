/**
 * The ten-task example of Topcuoglu, Hariri, Wu (TPDS 2002) on three devices whose links wait for
 * each other.
 */
import { type Scenario, testScenario } from "../../../../../env/index.ts";
import { tenTaskGraph } from "../../../../../results/reproduce/papers/ten-tasks.ts";

export const tenTasks = (): Scenario =>
  testScenario({ graph: tenTaskGraph(), devices: ["P1", "P2", "P3"], bytesPerUs: 1 });
