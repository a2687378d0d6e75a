/**
 * A pipeline on rented devices as text: a row for each stage with its type, units, time and rent.
 * Drawing prices the plan once, outside of any budget.
 */
import type { PipelinePlan } from "../../model/plan/pipeline.ts";
import type { Scenario } from "../../model/scenario.ts";
import { pipelinePrices } from "../../sim/objectives/provisioning/pipeline-price.ts";
import type { PricedChain } from "../../sim/objectives/provisioning/priced-chain.ts";
import { stageTime } from "../../sim/objectives/provisioning/stage-time.ts";
import { numberText, textTable } from "../text-table.ts";

const US_PER_HOUR = 3.6e9;

export function renderRent(
  chain: PricedChain,
  scenario: Scenario,
  plan: PipelinePlan,
  title: string,
): string {
  const { problem, types } = chain;
  const { stages, units, time, cost } = pipelinePrices(scenario, chain)(plan);
  const opsOf = plan.stages.map((_, stage) => plan.stageOf.reduce((sum, s) => sum + Number(s === stage), 0));
  const right = (header: string, cells: readonly string[]) => ({ header, align: "right" as const, cells });
  const lines = [
    `${title}: ${numberText(cost)} USD at ${numberText(1e6 / time)} samples a second`,
    ...textTable([
      { header: "stage", align: "left", cells: stages.map((_, s) => String(s)) },
      { header: "type", align: "left", cells: stages.map(({ type }) => types[type].kind) },
      right("units", Array.from(units, String)),
      right("ops", opsOf.map(String)),
      right(
        "us a batch",
        stages.map((stage, s) => numberText(stageTime(problem, stage, units[s]) * problem.batch)),
      ),
      right(
        "USD an hour",
        stages.map(({ type }, s) => numberText(problem.price[type] * units[s] * US_PER_HOUR)),
      ),
    ]),
  ];
  if (1 / time < problem.floor)
    lines.push(`below the floor of ${numberText(1e6 * problem.floor)} samples a second: infeasible`);
  return lines.join("\n");
}
