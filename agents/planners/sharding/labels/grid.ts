/** The mesh that planners of layer-wise splits divide, and the options that all of them have. */
import { z } from "zod";
import type { Mesh } from "../../../../env/model/layout/mesh.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { type LabelTables, labelTables } from "../../../problems/sharding/labels/label-tables.ts";
import type { Offer } from "../../../problems/sharding/labels/offers.ts";
import { gridSizes, meshDevices, meshOf } from "../../../problems/sharding/mesh/meshes.ts";
import { scenarioPricing } from "../../../problems/sharding/pricing.ts";

export const axesOption = z
  .int()
  .min(1)
  .max(3)
  .default(2)
  .describe("Axes of the mesh; more of them offer more numbers of parts, and take longer.");

/** The mesh of all accelerators of one kind. */
export function gridMesh(scenario: Scenario, axes: number): Mesh {
  const devices = meshDevices(scenario);
  return meshOf(devices, gridSizes(scenario, devices, axes));
}

/** Tables of a scenario on its grid, priced by its own devices and links. */
export function gridTables(scenario: Scenario, axes: number, offer: Offer): LabelTables {
  const mesh = gridMesh(scenario, axes);
  return labelTables(scenario.graph, mesh, { offer, pricing: scenarioPricing(scenario, mesh) });
}

export const ESTIMATE_MODEL = "run times and alpha-beta steps added up, nothing overlaps";
