/** The command that asks for an evaluation, as a shell takes it. */
import type { EvaluationRequest } from "../../../../results/evaluation/contract.ts";
import { shellWord } from "../../../reports/origin.ts";

/** Goes on with the folder at `out`. */
export function commandText(request: EvaluationRequest, out: string): string {
  const { scenarios, methods, seeds, seed, budgets, objective, backend, track, trainedOn } = request;
  const amounts = (unit: "simulations" | "cpuSeconds") =>
    budgets.flatMap(({ [unit]: amount }) => (amount === undefined ? [] : [String(amount)]));
  const flags: readonly (readonly [string, string | undefined])[] = [
    ["scenarios", scenarios.join(",")],
    ["methods", methods.join(",")],
    ["simulations", amounts("simulations").join(",")],
    ["cpu-seconds", amounts("cpuSeconds").join(",")],
    ["seeds", String(seeds)],
    ["seed", String(seed)],
    ["objective", objective],
    ["backend", backend],
    ["track", track ?? undefined],
    ...Object.entries(trainedOn).map(([method, names]) => ["trained-on", `${method}=${names}`] as const),
    ["out", out],
  ];
  const given = flags.filter(([, value]) => value !== undefined && value !== "");
  return [
    "placement-gym evaluate",
    ...given.map(([flag, value]) => `--${flag} ${shellWord(value as string)}`),
  ].join(" ");
}
