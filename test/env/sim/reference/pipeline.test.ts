/** The lowering of pipelines against its specification, on random small pipelines. */
import { expect, test } from "vitest";
import { validatePlan } from "../../../../env/index.ts";
import { InputError } from "../../../../env/model/errors.ts";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { referencePipeline } from "../../../../env/sim/reference/pipeline.ts";
import { drawnPipeline } from "../lower/drawn-pipelines.ts";

test("quick look", () => {
  const seen: Record<string, number[]> = {};
  let bad = 0;
  for (let seed = 0; seed < 300; seed++) {
    if (process.env.SEEDS && !process.env.SEEDS.split(",").includes(String(seed))) continue;
    const { scenario, plan } = drawnPipeline(seed, { networks: ["pairs"] });
    let fast;
    try {
      validatePlan(scenario, plan);
      fast = runPipeline(scenario, plan);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      console.log(
        "REFUSED",
        seed,
        error.message.slice(0, 60),
        JSON.stringify({ ...plan, stageOf: [...plan.stageOf] }),
        scenario.graph.names.includes("e0"),
      );
      (seen[`refused ${error.message.slice(0, 50)}`] ??= [0])[0]++;
      continue;
    }
    const slow = referencePipeline(scenario, plan);
    const name = plan.schedule.name;
    const c = (seen[name] ??= [0, 0, 0, 0]);
    c[0]++;
    if (Math.abs(slow.iterationUs - fast.iterationUs) > 1e-9 * fast.iterationUs) {
      c[1]++;
      if (bad++ < 8)
        console.log(
          "TIME",
          seed,
          name,
          slow.iterationUs,
          fast.iterationUs,
          JSON.stringify({ ...plan, stageOf: [...plan.stageOf], recompute: undefined }),
        );
    }
    if (slow.peakBytes.some((b, d) => b > fast.peakBytes[d] * (1 + 1e-9) + 1e-9)) {
      c[2]++;
      if (bad++ < 8)
        console.log(
          "MEM",
          seed,
          name,
          slow.peakBytes,
          [...fast.peakBytes],
          JSON.stringify({ ...plan, stageOf: [...plan.stageOf], recompute: undefined }),
        );
    }
    if (slow.peakBytes.some((b, d) => b < fast.peakBytes[d] - 1e-6)) c[3]++;
  }
  console.log(seen);
}, 600000);
