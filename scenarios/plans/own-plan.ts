/**
 * Plans of this program, in every form of env/model/plan/plan-file.ts. What the file says that they
 * score are the fields of `solve --json`, of `plans.jsonl` and of results.
 */
import { frameworkDevices } from "../../env/model/cluster/framework-devices.ts";
import { InputError } from "../../env/model/errors.ts";
import { planIn } from "../../env/model/plan/plan-file.ts";
import { type Objective, objectives, type Scenario } from "../../env/model/scenario.ts";
import { fileNamed } from "../import/sentences.ts";
import type { PlanClaim } from "./claims.ts";
import { PLAN_FILE, type PlanReader } from "./contract.ts";

export const ownPlan: PlanReader = {
  name: "placement-gym",
  summary: "plans of this program, such as the output of solve --json, and lists of devices",
  recognises: ({ head, name }) => /^\s*[[{]/.test(head) || name.toLowerCase().endsWith(".json"),
  read(file, scenario) {
    const json = file.json();
    const plan = planIn(scenario, json, fileNamed(file.name, PLAN_FILE));
    return { plan, claims: claimsIn(json), notes: numberNotes(json, scenario) };
  },
};

/** Whether numbers behind names of ops would mean other devices to a framework. */
function numberNotes(json: unknown, { cluster }: Scenario): string[] {
  if (typeof json !== "object" || json === null || Array.isArray(json) || isRecord(json)) return [];
  const devices = frameworkDevices(cluster);
  const differs = Object.values(json).some((d) => typeof d === "number" && devices[d].accelerator !== d);
  if (!differs) return [];
  const [first] = cluster.devices;
  return [
    `Numbers are those of the cluster's devices, 0 is "${first.name}"; FILE?format=device-map reads numbers of accelerators.`,
  ];
}

/** Without one of these fields every field is the name of an op. */
const isRecord = (fields: object): boolean =>
  "plan" in fields || "kind" in fields || ("device" in fields && Array.isArray(fields.device));

function claimsIn(json: unknown): PlanClaim[] {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return [];
  const fields = json as Readonly<Record<string, unknown>>;
  if (!isRecord(fields)) return [];
  const objective = objectiveIn(fields.objective);
  const claim: PlanClaim = {
    objective,
    // Without a value a file says whether the plan fits.
    value: numberIn(fields, "value") ?? undefined,
    feasible: typeof fields.feasible === "boolean" ? fields.feasible : undefined,
    bound: numberIn(fields, "bound") ?? undefined,
    peakBytes: numbersIn(fields, "peakBytes"),
    startUs: numbersIn(fields, "startUs"),
    scenario: wordIn(fields.scenario),
    scenarioHash: wordIn(fields.scenarioHash),
  };
  const makespanUs = numberIn(fields, "makespanUs") ?? undefined;
  return [
    claim,
    ...(makespanUs === undefined ? [] : [{ objective: "makespan", value: makespanUs } as const]),
  ];
}

function objectiveIn(given: unknown): Objective | undefined {
  if (given === undefined) return undefined;
  const known = objectives.find((objective) => objective === given);
  if (known !== undefined) return known;
  throw new InputError(
    `its objective is ${JSON.stringify(given)?.slice(0, 60)}, expected ${objectives.join(", ")}.`,
  );
}

function numberIn(fields: Readonly<Record<string, unknown>>, name: string): number | null | undefined {
  const value = fields[name];
  if (value === undefined || value === null || typeof value === "number") return value;
  throw new InputError(`its ${name} is ${JSON.stringify(value)?.slice(0, 60)}, expected a number or null.`);
}

function numbersIn(fields: Readonly<Record<string, unknown>>, name: string): readonly number[] | undefined {
  const values = fields[name];
  if (values === undefined || values === null) return undefined;
  if (Array.isArray(values) && values.every((value) => typeof value === "number")) return values;
  throw new InputError(`its ${name} is no list of numbers.`);
}

const wordIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
