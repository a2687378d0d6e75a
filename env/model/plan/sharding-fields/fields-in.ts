/** The fields of single ops that a file has, of a sharding or of stages with meshes inside. */
import type { OpGraph } from "../../graph/graph.ts";
import { layoutsIn } from "./layout-checks.ts";
import type { MeshAxesOf, OpFields } from "./op-fields.ts";
import { panelsIn } from "./panel-checks.ts";
import { ratiosIn } from "./ratio-checks.ts";

/** Throws a sentence where a field has another form. What it says is left to the checks. */
export const fieldsIn = (
  graph: OpGraph,
  axesOf: MeshAxesOf,
  { ratios, layouts, panels }: Partial<Record<keyof OpFields, unknown>>,
  where: string,
): OpFields => ({
  ...(ratios !== undefined && { ratios: ratiosIn(graph, ratios, where) }),
  ...(layouts !== undefined && { layouts: layoutsIn(graph, axesOf, layouts, where) }),
  ...(panels !== undefined && { panels: panelsIn(graph, axesOf, panels, where) }),
});
