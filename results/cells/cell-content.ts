/**
 * What the outcome of a cell depends on, as digests: the address by which it is kept. Names do not
 * count. A scenario is its content, a method is its id, its options with defaults, its files, its
 * policy and how that is used. So folders that are moved, repeated or overlap agree on a cell, and
 * so do two spellings of one method.
 */
import { createHash } from "node:crypto";
import { parseSpec } from "../../agents/registry/spec.ts";
import { scenarioHash } from "../../env/model/file.ts";
import type { Objective } from "../../env/model/scenario.ts";
import type { Budget } from "../../env/sim/evaluator/budget.ts";
import { resolveScenario } from "../../scenarios/resolve.ts";
import { digestsOf } from "../files/program-files.ts";
import { policyPath } from "../training/policy-file.ts";
import type { PretrainedMethod } from "../training/pretrained.ts";
import { knownMethods } from "../training/run-inputs.ts";
import type { CellSpec } from "./cell.ts";

export interface CellContents {
  /** SHA-256 of all that the outcome of a cell may depend on; null for a name that is not known. */
  keyOf(spec: CellSpec): string | null;
  /** Content hash of a scenario, null for one that is not known. */
  scenarioHash(scenario: string): string | null;
  /** SHA-256 of a method's id, options, files and policy; null for one that is not known. */
  methodDigest(method: string): string | null;
}

export interface ContentsOf {
  readonly scenarios: readonly string[];
  readonly methods: readonly string[];
  readonly objective?: Objective;
  /** Of all programs that an outcome may depend on. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Reads all scenarios and methods, so it throws for every one that is wrong. */
export async function cellContents(of: ContentsOf): Promise<CellContents> {
  const hashes = new Map<string, string>();
  for (const scenario of of.scenarios)
    hashes.set(scenario, scenarioHash(await resolveScenario(scenario, { objective: of.objective })));
  const { methods, inputs } = await knownMethods(of.methods);
  const kinds = new Map([...methods].map(([spec, { module }]) => [spec, module.kind]));
  const digests = new Map(
    [...methods].map(([spec, method]) => [spec, methodDigest(spec, method, inputs.options[spec])]),
  );
  return {
    keyOf({ scenario, method, rootSeed, seedIndex, budget, backend }) {
      const [hash, digest] = [hashes.get(scenario), digests.get(method)];
      if (hash === undefined || digest === undefined) return null;
      // The backend of a planner does nothing.
      const arithmetic = kinds.get(method) === "agent" ? (backend ?? null) : null;
      const setting = [rootSeed, seedIndex, budgetText(budget), arithmetic, sorted(of.versions)];
      return digestOf([hash, digest, ...setting]);
    },
    scenarioHash: (scenario) => hashes.get(scenario) ?? null,
    methodDigest: (method) => digests.get(method) ?? null,
  };
}

/** Contents of cells that are not known beforehand. */
export interface GrowingContents extends Pick<CellContents, "keyOf" | "scenarioHash"> {
  /** Reads what a cell is made from. Throws where its scenario or method is wrong. */
  know(spec: CellSpec): Promise<void>;
}

export function growingContents(versions: ContentsOf["versions"]): GrowingContents {
  const known = new Map<string, CellContents>();
  const hashes = new Map<string, string | null>();
  const nameOf = ({ scenario, method, objective }: CellSpec) => JSON.stringify([scenario, method, objective]);
  return {
    async know(spec) {
      const { scenario, method, objective } = spec;
      if (known.has(nameOf(spec))) return;
      const of = { scenarios: [scenario], methods: [method], objective, versions };
      const contents = await cellContents(of);
      known.set(nameOf(spec), contents);
      hashes.set(scenario, contents.scenarioHash(scenario));
    },
    keyOf: (spec) => known.get(nameOf(spec))?.keyOf(spec) ?? null,
    scenarioHash: (scenario) => hashes.get(scenario) ?? null,
  };
}

/** Limits in one order, those that are not set left out: `100 simulations`. */
export function budgetText(budget: Budget): string {
  return Object.entries(budget)
    .filter(([, limit]) => limit !== undefined)
    .map(([unit, limit]) => `${limit} ${unit}`)
    .sort()
    .join(" and ");
}

function methodDigest(spec: string, { module, start }: PretrainedMethod, options: unknown): string {
  const { target, isPath, policy } = parseSpec(spec);
  const { [target]: own, ...imported } = isPath ? digestsOf([target], []) : {};
  const files = [own ?? null, Object.values(imported).sort()];
  if (policy === null) return digestOf([module.card.id, options, ...files, []]);
  const policies = Object.values(digestsOf([], [policyPath(policy)]));
  return digestOf([module.card.id, options, ...files, policies, start.trainsFor, start.drawsOn]);
}

const sorted = (record: Readonly<Record<string, string>>) =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

const digestOf = (content: unknown): string =>
  createHash("sha256").update(JSON.stringify(content)).digest("hex");
