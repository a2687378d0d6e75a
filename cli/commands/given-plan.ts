/**
 * Plans that the user named: the flags that every command on a given plan has, and the file as a
 * plan of the scenario. What the file's form left open goes to stderr.
 */
import type { Plan } from "../../env/model/plan/plan.ts";
import type { Objective, Scenario } from "../../env/model/scenario.ts";
import { fileAddress, pathAddress } from "../../scenarios/file-address.ts";
import { type PlanFile, planInGraphFile, planReaders, readPlanFile } from "../../scenarios/plans/index.ts";
import { objectiveFlag } from "../command.ts";
import { readBytes } from "../files.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The objective under which a given plan is scored. */
export const scoredObjectiveFlag = {
  ...objectiveFlag,
  describe:
    "scores under another objective: makespan (us of one step), max-load (us per sample of the busiest device " +
    "of a full pipeline), latency (us of one sample) or peak-memory (bytes of the fullest device)",
} as const;

/** Ends the description of every argument that names a plan. */
export const PLAN_FORMS =
  `of any known format: ${planReaders.map(({ name }) => name).join(", ")}; ` +
  "the content decides, FILE?format=NAME names it";

export const placementFlag = {
  type: "text",
  placeholder: "FILE",
  describe: `file of the plan, such as the output of solve --json; ${PLAN_FORMS}`,
} as const;

/** What a command needs to know of the scenario: itself, and the address that the user gave. */
export interface PlannedScenario {
  readonly scenario: Scenario;
  readonly address: string;
}

export const objectiveIn = (objective: string | undefined) => objective as Objective | undefined;

/**
 * The plan in a file. Throws one sentence where the file claims what the simulator does not give.
 */
export function readPlanArgument(
  argument: string,
  { scenario, address }: PlannedScenario,
  terminal: Terminal,
): Plan {
  const { path, options } = pathAddress(argument, `Plan file "${argument}"`);
  const content = readBytes(path, "Placement file");
  return told(readPlanFile(scenario, { content, name: path, options, addresses: [address] }), terminal);
}

/** The plan that the scenario's own file holds; null where it is no file or holds none. */
export function planOfScenarioFile({ scenario, address }: PlannedScenario, terminal: Terminal): Plan | null {
  const path = fileAddress(address)?.path;
  if (path === undefined) return null;
  const found = planInGraphFile(scenario, readBytes(path, "Scenario file"), path);
  return found === null ? null : told(found, terminal);
}

function told({ plan, notes }: PlanFile, terminal: Terminal): Plan {
  for (const note of notes) terminal.note(`Note: ${note}`);
  return plan;
}
