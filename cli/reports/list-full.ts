/**
 * All lists with every field, for `list --json`. They load the registries; the text of `list` is
 * made from cli/names.
 */
import { listMethods, methods } from "../../agents/registry/registry.ts";
import { methodsOfSystem, publishedSystems, systemSentence } from "../../agents/registry/systems.ts";
import { envIds, envSpec } from "../../env/envs/registry.ts";
import { namedFidelities } from "../../env/model/fidelity/named.ts";
import { clusterCatalog } from "../../scenarios/clusters/index.ts";
import { splits } from "../../scenarios/families/family.ts";
import { families } from "../../scenarios/families/index.ts";
import { suiteCatalog } from "../../scenarios/suites/index.ts";
import type { Suite } from "../../scenarios/suites/suite.ts";
import { workloadCatalog } from "../../scenarios/workloads/index.ts";
import { type Listed, listedScenarios, listedSuites } from "./list-scenarios.ts";
import type { Kind } from "./names/entry.ts";

export function fullLists(
  suite: Suite | undefined,
  withSizes: boolean,
): Record<Kind, () => readonly Listed[]> {
  return {
    scenarios: () => listedScenarios(suite, withSizes),
    workloads: () => workloadCatalog.map(({ name, summary }) => ({ id: name, summary })),
    families: () =>
      families.map(({ name, summary, source, members, options }) => ({
        id: name,
        summary: `${summary}; ${splits.map((split) => `${split} ${members[split]}`).join(", ")}`,
        source,
        members,
        options: Object.entries(options).map(([option, { describe, default: usual }]) => ({
          name: option,
          type: "integer",
          default: usual,
          description: describe,
        })),
      })),
    clusters: () => clusterCatalog.map(({ name, summary }) => ({ id: name, summary })),
    fidelities: () =>
      namedFidelities.map(({ fidelity: { name, ...switches }, summary }) => ({
        id: name,
        summary,
        switches,
      })),
    suites: () => listedSuites(suiteCatalog),
    agents: () => methodsOf("agent"),
    planners: () => methodsOf("planner"),
    envs: () => envIds().map((id) => ({ id, summary: envSpec(id).summary })),
    systems: () =>
      publishedSystems.map((system) => ({
        ...system,
        summary: systemSentence(methods, system),
        methods: methodsOfSystem(methods, system),
      })),
  };
}

function methodsOf(kind: "agent" | "planner"): Listed[] {
  return listMethods()
    .filter((method) => method.kind === kind)
    .map(({ card, options }) => ({ ...card, options }));
}
