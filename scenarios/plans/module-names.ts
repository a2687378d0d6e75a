/**
 * Ops by the names of modules and scopes. A name covers the op of that name and all ops below it.
 * Of several names that fit an op the longest holds, as where Accelerate looks parameters up.
 * Slashes and dots are the same. The names of torch.fx have underscores for both. The empty name
 * covers everything.
 */
import type { Scenario } from "../../env/model/scenario.ts";

/** For each op the index of the name that covers it, -1 where none does. */
export function coveringNames({ graph, meta }: Scenario, names: readonly string[]): Int32Array {
  const dotted = new Map(names.map((name, i) => [partsOf(name).join("."), i]));
  const underscored = new Map(names.map((name, i) => [partsOf(name).join("_"), i]));
  const modules = meta.aliases?.modules ?? [];
  return Int32Array.from(graph.names, (name, v) => {
    const own = longest(partsOf(name), ".", dotted);
    if (own !== undefined && own !== dotted.get("")) return own;
    const module = modules[v] ? longest(partsOf(modules[v]), ".", dotted) : undefined;
    if (module !== undefined && module !== dotted.get("")) return module;
    const flat = longest(name.split("_"), "_", underscored);
    return flat ?? dotted.get("") ?? -1;
  });
}

const partsOf = (name: string): string[] => name.split(/[/.]/).filter(Boolean);

function longest(
  parts: readonly string[],
  joint: string,
  known: ReadonlyMap<string, number>,
): number | undefined {
  for (let length = parts.length; length > 0; length--) {
    const found = known.get(parts.slice(0, length).join(joint));
    if (found !== undefined) return found;
  }
  return known.get("");
}
