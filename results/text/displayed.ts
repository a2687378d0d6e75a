/**
 * Scenarios and reports whose names can be shown: the same under visible names. They are for text
 * alone; JSON and files keep the names as they are.
 */
import type { Scenario } from "../../env/model/scenario.ts";
import { visibleName } from "./visible.ts";

export function displayed(scenario: Scenario): Scenario {
  const { graph, cluster } = scenario;
  return {
    ...scenario,
    name: visibleName(scenario.name),
    graph: { ...graph, names: graph.names.map(visibleName), types: graph.types.map(visibleName) },
    cluster: {
      ...cluster,
      name: visibleName(cluster.name),
      devices: cluster.devices.map((device) => ({ ...device, name: visibleName(device.name) })),
      links: cluster.links.map((link) => ({ ...link, name: visibleName(link.name) })),
    },
  };
}

/** A report of plain data with every word in it visible, names of fields included. */
export function displayedWords<T>(report: T): T;
export function displayedWords(report: unknown): unknown {
  if (typeof report === "string") return visibleName(report);
  if (Array.isArray(report)) return report.map((entry) => displayedWords(entry));
  if (typeof report !== "object" || report === null || ArrayBuffer.isView(report)) return report;
  return Object.fromEntries(
    Object.entries(report).map(([name, value]) => [visibleName(name), displayedWords(value)]),
  );
}
