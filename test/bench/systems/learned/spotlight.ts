/** Spotlight's lines "works in the gym when". */
import type { SystemCheck } from "../check.ts";
import { atScale, mean, type Run, runOn, runsOn, scenarioOf, seedsAt } from "../runs.ts";

const CASES = ["inception", "nmt", "enas-cifar"].flatMap((family) =>
  [2, 4].map((devices) => `${family}/test/0/${devices}xK80`),
);
/** The same network and features under REINFORCE: one epoch, no penalty. */
const REINFORCE = "spotlight?epochs=1&minibatch=1000&klTarget=0";

/** Evaluations until the mean of the runs' best steps is at most `ratio`; infinite where never. */
function evaluationsTo(runs: readonly Run[], ratio: number): number {
  const times = [...new Set(runs.flatMap(({ curve }) => curve.map(({ evaluations }) => evaluations)))];
  const at = (run: Run, time: number) =>
    run.curve.filter(({ evaluations }) => evaluations <= time).at(-1)?.ratio ?? Number.POSITIVE_INFINITY;
  const reached = times.sort((a, b) => a - b).find((time) => mean(runs.map((run) => at(run, time))) <= ratio);
  return reached ?? Number.POSITIVE_INFINITY;
}

export const checks: readonly SystemCheck[] = [
  {
    system: "spotlight",
    check: "evaluations until REINFORCE's final mean step, of its 10,000, same network",
    target: "<= 60% on 4 of 6 cases",
    seeds: 5,
    async run(scale) {
      const seeds = seedsAt(5, scale);
      const budget = atScale(10_000, scale);
      const rows: string[] = [];
      let won = 0;
      for (const uri of CASES) {
        const scenario = await scenarioOf(uri);
        const plain = await runsOn(REINFORCE, scenario, budget, seeds);
        const ours = await runsOn("spotlight", scenario, budget, seeds);
        const share = evaluationsTo(ours, mean(plain.map(({ best }) => best))) / budget;
        if (share <= 0.6) won++;
        rows.push(
          `${uri.replace("/test/0", "")} ${Number.isFinite(share) ? `${(100 * share).toFixed(0)}%` : "never"}`,
        );
      }
      return { measured: rows.join("; "), passed: won >= 4 };
    },
  },
  {
    system: "spotlight",
    check: "best step over bound, 5,000 evaluations",
    target: "<= 1.22 on 2 devices, <= 1.30 on 4",
    seeds: 5,
    async run(scale) {
      const rows: string[] = [];
      let passed = true;
      for (const uri of CASES) {
        const scenario = await scenarioOf(uri);
        const runs = await runsOn("spotlight", scenario, atScale(5000, scale), seedsAt(5, scale));
        const ratio = mean(runs.map(({ best }) => best));
        passed &&= ratio <= (uri.includes("/2x") ? 1.22 : 1.3);
        rows.push(`${uri.replace("/test/0", "")} ${ratio.toFixed(3)}`);
      }
      return { measured: rows.join("; "), passed };
    },
  },
  {
    system: "spotlight",
    check: "updates of four epochs whose divergence is at most 3 times its target; without the penalty",
    target: ">= 95%; fewer than 95% without",
    seeds: 1,
    async run(scale) {
      const scenario = await scenarioOf("enas-cifar/test/0/2xK80");
      const within = async (spec: string) => {
        const divergences: number[] = [];
        await runOn(spec, scenario, atScale(3000, scale), 1, ({ kl }) => divergences.push(kl));
        return divergences.filter((kl) => kl <= 0.06).length / divergences.length;
      };
      const [kept, free] = [
        await within("spotlight?epochs=4"),
        await within("spotlight?epochs=4&klTarget=0"),
      ];
      const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
      return { measured: `${percent(kept)}; ${percent(free)} without`, passed: kept >= 0.95 && free < 0.95 };
    },
  },
  {
    system: "spotlight",
    check: "step with Spotlight over step with policy gradient, 500 and 5,000 evaluations",
    target: "a finding",
    seeds: 5,
    async run(scale) {
      const scenario = await scenarioOf("enas-cifar/test/0/4xK80");
      const ratioAt = async (evaluations: number) => {
        const seeds = seedsAt(5, scale);
        const ours = await runsOn("spotlight", scenario, evaluations, seeds);
        const plain = await runsOn(REINFORCE, scenario, evaluations, seeds);
        return mean(ours.map(({ best }) => best)) / mean(plain.map(({ best }) => best));
      };
      const [short, long] = [await ratioAt(atScale(500, scale)), await ratioAt(atScale(5000, scale))];
      return { measured: `${short.toFixed(3)} and ${long.toFixed(3)}`, passed: true };
    },
  },
];
