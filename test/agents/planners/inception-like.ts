/** Nine modules of four branches that join again: 91 ops, where a transfer takes half as long as an op does on average. */
import { createRng, graphBuilder, type Scenario, testScenario } from "../../../env/index.ts";

const BRANCHES = [1, 2, 3, 2];
const MODULES = 9;
const TRANSFER_BYTES = 50;

export function inceptionLike(seed: number, devices: number): Scenario {
  const rng = createRng(seed);
  const builder = graphBuilder();
  const add = (name: string, us: number, inputs: readonly string[]): string => {
    builder.op({ name, measuredUs: { "*": us }, outputs: [TRANSFER_BYTES] });
    for (const from of inputs) builder.edge({ from, to: name });
    return name;
  };
  let joined = add("input", 50 + rng.int(100), []);
  for (let m = 0; m < MODULES; m++) {
    const ends = BRANCHES.map((length, b) => {
      let end = joined;
      for (let i = 0; i < length; i++) end = add(`module${m}/branch${b}/${i}`, 50 + rng.int(100), [end]);
      return end;
    });
    joined = add(`module${m}/join`, 20, ends);
  }
  return testScenario({ graph: builder.build(), devices, bytesPerUs: 1 });
}
