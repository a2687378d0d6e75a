/** Nodes and edges with attributes, as GraphML, GEXF and DOT files describe them. */

/** Values are text, as in the file. */
export type Attributes = ReadonlyMap<string, string>;

/** Many nodes and edges share their defaults, so these are not copied. */
export interface Attributed {
  readonly attributes: Attributes;
  readonly defaults?: Attributes;
}
export interface AttributedNode extends Attributed {
  readonly name: string;
}
export interface AttributedEdge extends Attributed {
  readonly from: string;
  readonly to: string;
}
export interface AttributedGraph {
  readonly attributes: Attributes;
  readonly nodes: readonly AttributedNode[];
  readonly edges: readonly AttributedEdge[];
  /** Of all nodes and edges without the attribute. */
  readonly defaults?: { readonly node: Attributes; readonly edge: Attributes };
}

export const attributeOf = (
  { attributes, defaults }: Attributed,
  name: string,
  shared: Attributes | undefined,
): string | undefined => attributes.get(name) ?? defaults?.get(name) ?? shared?.get(name);

/** The attribute `device` of the nodes that have one; a whole number is that of an accelerator. */
export function devicesIn(source: AttributedGraph): ReadonlyMap<string, string | number> {
  const devices = new Map<string, string | number>();
  for (const node of source.nodes) {
    const device = attributeOf(node, "device", source.defaults?.node);
    if (device === undefined || device === "") continue;
    devices.set(node.name, /^\d{1,6}$/.test(device) ? Number(device) : device);
  }
  return devices;
}
