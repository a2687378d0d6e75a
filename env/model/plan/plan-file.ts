/**
 * Plan files. A plan is the JSON of its kind (plan.ts). A file may hold it alone or under `plan`,
 * as `solve --json` and lines of `plans.jsonl` do.
 *
 * Forms that earlier versions wrote, or that are handy to type, are read as well:
 *
 *   [0, 1]                                  devices of a placement in op order
 *   {"device": [0, 1]}                      the same, opPriority beside it
 *   {"plan": [0, 1], "opPriority": [0, 1]}  the same
 *   {"a": 0, "b": "gpu:1"}                  device by op name
 */
import { InputError } from "../errors.ts";
import type { Scenario } from "../scenario.ts";
import { type Plan, planFromJson, planKinds } from "./plan.ts";

/** Every mistake is one sentence that names the file and the op. */
export function readPlan(text: string, file: string, scenario: Scenario): Plan {
  const where = `Plan file "${file}"`;
  return planIn(scenario, parseJson(text, where), where);
}

/** The plan in a JSON value of any known form. */
export function planIn(scenario: Scenario, json: unknown, where: string): Plan {
  if (typeof json !== "object" || json === null)
    throw new InputError(
      `${where}: found ${json === null ? "null" : typeof json}, expected a plan, a list of devices or an object.`,
    );
  return planFromJson(scenario, currentForm(json, scenario), where);
}

function currentForm(json: object, { graph }: Scenario): unknown {
  if (Array.isArray(json)) return { kind: "placement", device: json };
  const { kind, plan, device, opPriority } = json as Record<string, unknown>;
  if (typeof kind === "string" && Object.hasOwn(planKinds, kind)) return json;
  // An op's device is a number or a name, so a list or an object under `plan` is a plan. The
  // `kind` next to it may be a method's, as in `solve --json`.
  if (Array.isArray(plan)) return { kind: "placement", device: plan, opPriority };
  if (typeof plan === "object" && plan !== null) return plan;
  if (typeof kind === "string" && !graph.names.includes("kind")) return json;
  if (Array.isArray(device)) return { kind: "placement", device, opPriority };
  return { kind: "placement", device: json };
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where} is not JSON: ${(error as Error).message.replace(/\.$/, "")}.`);
  }
}
