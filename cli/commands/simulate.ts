/**
 * `simulate`: one training step of a scenario under given placements. A case file with placements
 * of its own (`placeto-sim/1`) gives one answer for each. Any other scenario needs `--placement`.
 */

import { InputError } from "../../env/model/errors.ts";
import { unknownWorkLines } from "../../env/model/graph/unknown-work.ts";
import { readPlan } from "../../env/model/plan/plan-file.ts";
import type { Scenario } from "../../env/model/scenario.ts";
import { gapOf } from "../../env/sim/evaluator/contract.ts";
import { evaluator } from "../../env/sim/objectives/evaluator.ts";
import { createSimulator, type Timeline } from "../../env/sim/timeline/timeline.ts";
import { displayed } from "../../results/displayed.ts";
import { formatBytes, formatGap, formatUs } from "../../results/format.ts";
import { openScenario } from "../../scenarios/resolve.ts";
import { defineCommand, jsonFlag } from "../command.ts";
import { readText } from "../files.ts";
import { jsonText } from "../json.ts";
import { EXIT } from "../terminal/terminal.ts";

export const simulate = defineCommand({
  name: "simulate",
  summary:
    "Simulates one training step under given placements: its time in us, when each op starts, peak memory.",
  positionals: [{ name: "SCENARIO", describe: "a file, or a URI such as inception-v3/2xP100", arity: "one" }],
  flags: {
    placement: {
      type: "text",
      placeholder: "FILE",
      describe:
        "JSON: one device for each op as an array, as {device: [...]}, or as {opName: deviceName}; the output of solve --json fits",
      defaultText: "the placements in the scenario file, where it has any",
    },
    json: jsonFlag,
  },
  examples: [
    "solve inception-v3/2xP100 --json > plan.json",
    "simulate inception-v3/2xP100 --placement plan.json",
    "simulate case.json --json",
  ],
  async run({ values, positionals: [argument] }, terminal) {
    const { scenario, runs = [] } = await openScenario(argument);
    const step = createSimulator(scenario);
    if (values.placement !== undefined) {
      const text = readText(values.placement, "Placement file");
      const timeline = step(readPlan(text, values.placement, scenario));
      terminal.write(
        values.json ? jsonText(answerOf(scenario, timeline)) : textOf(scenario, values.placement, timeline),
      );
      return EXIT.done;
    }
    if (runs.length === 0)
      throw new InputError(`Scenario "${argument}" brings no placements; give one with --placement FILE.`);
    const timelines = runs.map(({ plan }) => step(plan));
    terminal.write(
      values.json
        ? jsonText(timelines.map((timeline) => answerOf(scenario, timeline)))
        : timelines.map((timeline, i) => textOf(scenario, `run ${i} (${runs[i].kind})`, timeline)).join("\n"),
    );
    return EXIT.done;
  },
});

/** The timing, and for a plan that does not fit in memory the reason. */
function answerOf(scenario: Scenario, { makespanUs, startUs, peakBytes, violation }: Timeline) {
  const answer = { makespanUs, startUs, peakBytes, unknownWork: scenario.meta.unknownWork };
  if (violation === null) return answer;
  const { device, limitBytes, excessBytes, op } = violation;
  return {
    ...answer,
    violation: {
      device: scenario.cluster.devices[device].name,
      peakBytes: violation.peakBytes,
      limitBytes,
      excessBytes,
      op: op === -1 ? null : scenario.graph.names[op],
    },
  };
}

function textOf(given: Scenario, title: string, timeline: Timeline): string {
  const scenario = displayed(given);
  const { makespanUs, deviceBusyUs, peakBytes, transfers, violation } = timeline;
  const { devices } = scenario.cluster;
  const bound = evaluator({ ...scenario, objective: "makespan" }).bound();
  const gap = gapOf(makespanUs, bound.value);
  const width = Math.max(...devices.map(({ name }) => name.length));
  const rows = devices.map(({ name, memoryBytes }, d) => {
    const limit = memoryBytes === Number.POSITIVE_INFINITY ? "" : ` of ${formatBytes(memoryBytes)}`;
    const busy = makespanUs > 0 ? `${((100 * deviceBusyUs[d]) / makespanUs).toFixed(1)}%` : "0%";
    return `  ${name.padEnd(width)}  busy ${busy.padStart(6)}  peak ${formatBytes(peakBytes[d])}${limit}`;
  });
  if (violation !== null) {
    const at = violation.op === -1 ? "" : ` when "${scenario.graph.names[violation.op]}" takes its room`;
    rows.push(
      `  out of memory: ${devices[violation.device].name} by ${formatBytes(violation.excessBytes)}${at}; the plan is infeasible`,
    );
  }
  const against = gap === null ? "" : `, ${formatGap(gap)} above the bound (${bound.argument})`;
  return [
    `${title}: step ${formatUs(makespanUs)}${against}, ${new Set(transfers.map(({ transfer }) => transfer)).size} transfers`,
    ...unknownWorkLines(scenario.meta.unknownWork).map((line) => `  ${line}`),
    ...rows,
    "",
  ].join("\n");
}
