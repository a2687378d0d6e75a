/**
 * GraphML files (Brandes et al., "GraphML progress report", Graph Drawing 2001), as NetworkX,
 * graphology, yEd and our own export write them. Keys come before the graph, as the format's schema
 * demands; data of other keys goes by the key's id. Graphs within nodes stand beside each other.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Importer } from "../contract.ts";
import { count } from "../sentences.ts";
import { attributeOptions, type Direction, directionOf, importAttributed } from "./attributed-graph.ts";
import { devicesIn } from "./attributes.ts";
import { GraphElements } from "./graph-elements.ts";
import { readXml, type XmlAttributes, type XmlHandler, xmlText } from "./xml.ts";

export const graphml: Importer = {
  name: "graphml",
  summary: "GraphML of NetworkX, graphology, yEd or our export",
  extensions: [".graphml"],
  options: attributeOptions,
  recognises: (file) => /<(\w+:)?graphml[\s>/]/.test(file.head.replaceAll("\0", "")),
  read(file, options) {
    const direction = directionOf(options);
    const reader = new GraphmlReader(direction);
    readXml(xmlText(file), reader);
    return importAttributed(reader.graph(), options, {
      recognised: "GraphML",
      direction,
      dropped: reader.dropped(),
    });
  },
  devices(file) {
    const reader = new GraphmlReader("directed");
    readXml(xmlText(file), reader);
    return devicesIn(reader.graph());
  },
};

interface Key {
  readonly domain: string;
  readonly name: string;
}

class GraphmlReader implements XmlHandler {
  readonly #direction: Direction;
  readonly #elements = new GraphElements();
  readonly #keys = new Map<string, Key>();
  readonly #defaults = { node: new Map<string, string>(), edge: new Map<string, string>() };
  /** What is open: the attributes of graphs, nodes and edges. */
  readonly #owners: Map<string, string>[] = [];
  #key: Key | null = null;
  #isDefault = false;
  #text: string | null = null;
  #graphs = 0;
  #strangeKeys = 0;
  readonly #dropped = new Map<string, number>();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  graph() {
    if (this.#graphs === 0) throw new InputError("the file has no graph element.");
    return this.#elements.graph(this.#defaults);
  }

  dropped(): string[] {
    return [
      ...(this.#strangeKeys > 0
        ? [`${count(this.#strangeKeys, "key")} of ports, hyperedges or the program that drew the graph.`]
        : []),
      ...(this.#graphs > 1
        ? [`The nesting of ${this.#graphs} graphs: their nodes stand beside each other.`]
        : []),
      ...[...this.#dropped].map(([name, found]) => `${count(found, `${name} element`)}.`),
    ];
  }

  open(name: string, attributes: XmlAttributes): void {
    if (name === "key") this.#openKey(attributes);
    else if (name === "default" && this.#key !== null) {
      this.#text = "";
      this.#isDefault = true;
    } else if (name === "data" && this.#owners.length > 0) {
      const id = attributes.get("key") ?? "";
      this.#key = this.#keys.get(id) ?? { domain: "all", name: id };
      this.#text = "";
    } else if (name === "graph") this.#openGraph(attributes);
    else if (name === "node")
      this.#owners.push(this.#elements.node(attributes.get("id"), attributes.get("id")));
    else if (name === "edge") this.#openEdge(attributes);
    else if (name === "port" || name === "hyperedge")
      this.#dropped.set(name, (this.#dropped.get(name) ?? 0) + 1);
  }

  text(text: string): void {
    if (this.#text !== null) this.#text += text;
  }

  close(name: string): void {
    if (name === "graph" || name === "node" || name === "edge") this.#owners.pop();
    else if (name === "key") this.#key = null;
    else if (name === "default") this.#closeDefault();
    else if (name === "data") this.#closeData();
  }

  #openKey(attributes: XmlAttributes): void {
    const id = attributes.get("id") ?? "";
    const domain = attributes.get("for") ?? "all";
    this.#key = { domain, name: attributes.get("attr.name") || id };
    if (["all", "graph", "node", "edge"].includes(domain)) this.#keys.set(id, this.#key);
    else this.#strangeKeys++;
  }

  #openGraph(attributes: XmlAttributes): void {
    if (++this.#graphs === 1) this.#checkDirection(attributes.get("edgedefault"));
    this.#owners.push(this.#graphs === 1 ? this.#elements.attributes : new Map());
  }

  #checkDirection(declared: string | undefined): void {
    if (this.#direction !== "declared" || declared === "directed") return;
    throw new InputError(
      `the graph's edges are ${declared || "of no declared direction"}, expected directed ones; edges=directed takes them as leading from source to target.`,
    );
  }

  #openEdge(attributes: XmlAttributes): void {
    const [from, to] = [attributes.get("source") ?? "", attributes.get("target") ?? ""];
    if (this.#direction === "declared" && attributes.get("directed") === "false")
      throw new InputError(
        `the edge "${from}" -> "${to}" is undirected, expected directed ones; edges=directed takes them as leading from source to target.`,
      );
    this.#owners.push(this.#elements.edge(from, to));
  }

  #closeDefault(): void {
    const key = this.#key;
    if (key !== null && this.#isDefault && this.#text !== null)
      for (const domain of ["node", "edge"] as const)
        if (key.domain === domain || key.domain === "all")
          this.#defaults[domain].set(key.name, this.#text.trim());
    this.#text = null;
    this.#isDefault = false;
  }

  #closeData(): void {
    const owner = this.#owners[this.#owners.length - 1];
    if (this.#key !== null && this.#text !== null && owner !== undefined)
      owner.set(this.#key.name, this.#text.trim());
    this.#key = null;
    this.#text = null;
  }
}
