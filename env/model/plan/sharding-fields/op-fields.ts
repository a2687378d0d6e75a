/**
 * What a plan may say of single ops that are divided over a mesh, beyond their splits. Sharding
 * plans say it of all ops, pipelines of ops whose stages have meshes inside.
 */
import type { MeshAxis } from "../../layout/mesh.ts";
import type { Panels } from "../../layout/natural.ts";

/** An output that its op leaves in a layout of the plan's choice instead of the natural one. */
export interface OutputLayout {
  readonly op: number;
  readonly output: number;
  /** Mesh axes that divide each axis of the tensor, the major one first. */
  readonly axes: readonly (readonly number[])[];
}

/** A forward op whose ranks pass a dimension panel by panel; its backward ops do as well. */
export interface OpPanels extends Panels {
  readonly op: number;
}

/**
 * A dimension of an op that is divided in proportion to `parts` instead of equally, each cut at the
 * nearest whole index. There is a part for each rank along the mesh axes that divide it, in
 * row-major order.
 */
export interface OpRatio {
  readonly op: number;
  readonly dimension: number;
  /** Positive; only their proportions count. */
  readonly parts: readonly number[];
}

/** What a plan says of single ops, each list absent for none. */
export interface OpFields {
  /** Dimensions in other parts than equal ones; backward and update ops follow. */
  readonly ratios?: readonly OpRatio[];
  readonly layouts?: readonly OutputLayout[];
  readonly panels?: readonly OpPanels[];
}

/** The axes of the mesh that divides an op; none for an op without one. */
export type MeshAxesOf = (op: number) => readonly MeshAxis[];

/** The fields of some ops alone; a list without any is left out. */
export function fieldsOf({ ratios, layouts, panels }: OpFields, holds: (op: number) => boolean): OpFields {
  const own = <T extends { readonly op: number }>(list: readonly T[] | undefined): readonly T[] =>
    list?.filter(({ op }) => holds(op)) ?? [];
  const kept = { ratios: own(ratios), layouts: own(layouts), panels: own(panels) };
  return {
    ...(kept.ratios.length > 0 && { ratios: kept.ratios }),
    ...(kept.layouts.length > 0 && { layouts: kept.layouts }),
    ...(kept.panels.length > 0 && { panels: kept.panels }),
  };
}

/** A copy that shares nothing, as plans and files hold it. */
export const copyFields = ({ ratios, layouts, panels }: OpFields): OpFields => ({
  ...(ratios !== undefined && {
    ratios: ratios.map(({ op, dimension, parts }) => ({ op, dimension, parts: [...parts] })),
  }),
  ...(layouts !== undefined && {
    layouts: layouts.map(({ op, output, axes }) => ({ op, output, axes: axes.map((own) => [...own]) })),
  }),
  ...(panels !== undefined && {
    panels: panels.map(({ op, dimension, axes }) => ({ op, dimension, axes: [...axes] })),
  }),
});
