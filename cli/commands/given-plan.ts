/**
 * Plans that the user named: the flags that every command on a given plan has, and the file as a
 * plan of the scenario. What the file's form left open goes to stderr.
 */
import type { Plan } from "../../env/model/plan/plan.ts";
import { type Objective, objectives, type Scenario } from "../../env/model/scenario.ts";
import { objectiveOf } from "../../env/sim/objectives/evaluator.ts";
import { fileAddress, pathAddress } from "../../scenarios/file-address.ts";
import { type PlanFile, planInGraphFile, planReaders, readPlanFile } from "../../scenarios/plans/index.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { objectiveFlag } from "../command.ts";
import { readBytes } from "../files.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The objective under which a given plan is scored. */
export const scoredObjectiveFlag = {
  ...objectiveFlag,
  describe:
    "scores under another objective: makespan (us of one step), max-load (us per sample of the busiest device " +
    "of a full pipeline), latency (us of one sample), peak-memory (bytes of the fullest device), iteration " +
    "(us of one batch, of plans of every kind) or throughput (us per sample, of plans of every kind)",
  defaultText: "that of the plan file, else the scenario's own; iteration for a pipeline or a sharding",
} as const;

/** Ends the description of every argument that names a plan. */
export const PLAN_FORMS =
  `of any known format: ${planReaders.map(({ name }) => name).join(", ")}; ` +
  "the content decides, FILE?format=NAME names it";

export const placementFlag = {
  type: "text",
  placeholder: "FILE",
  describe: `file of the plan, a placement, a pipeline or a sharding, such as the output of solve --json; ${PLAN_FORMS}`,
} as const;

/** The objective that the user asked for and the file of the plan, if any. */
export interface AskedPlan {
  readonly objective: string | undefined;
  readonly file: string | undefined;
}

/**
 * Opens a scenario under the objective for a given plan. It is the one asked for, else the one that
 * the plan file states, else the scenario's own. Where that one scores no plans of the kind of a
 * pipeline or sharding, the objective is iteration.
 */
export async function openForPlan<T>(
  { objective, file }: AskedPlan,
  open: (objective: Objective | undefined) => Promise<T>,
  scenarioOf: (opened: T) => Scenario,
): Promise<T> {
  if (objective !== undefined || file === undefined) return open(objectiveIn(objective));
  const { kind, stated } = saidInFile(file);
  if (stated !== undefined) return open(stated);
  const opened = await open(undefined);
  if (kind === undefined || objectiveOf(scenarioOf(opened)).accepts.includes(kind)) return opened;
  return open("iteration");
}

/** The scenario alone. */
export const scenarioForPlan = (address: string, asked: AskedPlan): Promise<Scenario> =>
  openForPlan(
    asked,
    (objective) => resolveScenario(address, { objective }),
    (scenario) => scenario,
  );

/** Kinds of plans that not every objective scores. */
const LOWERED_KINDS = ["pipeline", "sharding"] as const;
type LoweredKind = (typeof LOWERED_KINDS)[number];

/** What a plan file in our own JSON says beside the plan. */
function saidInFile(argument: string): { readonly kind?: LoweredKind; readonly stated?: Objective } {
  const { path } = pathAddress(argument, `Plan file "${argument}"`);
  const json = jsonIn(readBytes(path, "Placement file"));
  if (typeof json !== "object" || json === null) return {};
  const { plan = json, objective } = json as { readonly plan?: unknown; readonly objective?: unknown };
  const kind = (plan as { readonly kind?: unknown } | null)?.kind;
  const stated = objectives.find((known) => known === objective);
  const lowered = LOWERED_KINDS.find((known) => known === kind);
  return {
    ...(lowered !== undefined && { kind: lowered }),
    ...(plan !== json && stated !== undefined && { stated }),
  };
}

/** Null for content that is no JSON, since other forms of plans are none. */
function jsonIn(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch {
    return null;
  }
}

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
