/**
 * GEXF files (gexf.net, 1.1 to 1.3), as Gephi, NetworkX and graphology write them. Edges must be
 * directed; the format's own default is undirected. A node's name is its id. The attribute `label`
 * and an edge's `weight` are attributes like the declared ones.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { Importer } from "../contract.ts";
import { attributeOptions, type Direction, directionOf, importAttributed } from "./attributed-graph.ts";
import { devicesIn } from "./attributes.ts";
import { GraphElements } from "./graph-elements.ts";
import { readXml, type XmlAttributes, type XmlHandler, xmlText } from "./xml.ts";

export const gexf: Importer = {
  name: "gexf",
  summary: "GEXF of Gephi, NetworkX or graphology",
  extensions: [".gexf"],
  options: attributeOptions,
  recognises: (file) => /<(\w+:)?gexf[\s>/]/.test(file.head.replaceAll("\0", "")),
  read(file, options) {
    const direction = directionOf(options);
    const reader = new GexfReader(direction);
    readXml(xmlText(file), reader);
    return importAttributed(reader.graph(), options, {
      recognised: reader.version === "" ? "GEXF" : `GEXF ${reader.version}`,
      direction,
      dropped: reader.dropped(),
    });
  },
  devices(file) {
    const reader = new GexfReader("directed");
    readXml(xmlText(file), reader);
    return devicesIn(reader.graph());
  },
};

type Domain = "node" | "edge" | "graph";

class GexfReader implements XmlHandler {
  readonly #direction: Direction;
  readonly #elements = new GraphElements();
  /** Titles of declared attributes by id. */
  readonly #titles = { node: new Map<string, string>(), edge: new Map<string, string>() };
  readonly #defaults = { node: new Map<string, string>(), edge: new Map<string, string>() };
  readonly #owners: { readonly domain: Domain; readonly attributes: Map<string, string> }[] = [];
  #declared = "undirected";
  #domain: Domain = "node";
  #title = "";
  #text: string | null = null;
  #graphs = 0;
  #spells = 0;
  #version = "";

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  get version(): string {
    return this.#version;
  }

  graph() {
    if (this.#graphs === 0) throw new InputError("the file has no graph element.");
    return this.#elements.graph(this.#defaults);
  }

  dropped(): string[] {
    return this.#spells > 0 ? [`${this.#spells} spells: the graph is taken as it is over all time.`] : [];
  }

  open(name: string, attributes: XmlAttributes): void {
    const given = (key: string) => attributes.get(key) ?? "";
    if (name === "gexf") this.#version = given("version").slice(0, 20);
    else if (name === "graph") {
      this.#graphs++;
      this.#declared = given("defaultedgetype") || "undirected";
    } else if (name === "attributes") this.#domain = given("class") === "edge" ? "edge" : "node";
    else if (name === "attribute") this.#declare(given("id"), given("title") || given("id"));
    else if (name === "default") this.#text = "";
    else if (name === "node") this.#openNode(attributes);
    else if (name === "edge") this.#openEdge(attributes);
    else if (name === "attvalue") this.#value(given("for") || given("id"), given("value"));
    else if (name === "spell") this.#spells++;
  }

  text(text: string): void {
    if (this.#text !== null) this.#text += text;
  }

  close(name: string): void {
    if (name === "node" || name === "edge") this.#owners.pop();
    if (name !== "default" || this.#text === null) return;
    if (this.#title !== "")
      this.#defaults[this.#domain === "edge" ? "edge" : "node"].set(this.#title, this.#text.trim());
    this.#text = null;
  }

  #declare(id: string, title: string): void {
    this.#title = title;
    this.#titles[this.#domain === "edge" ? "edge" : "node"].set(id, title);
  }

  #openNode(given: XmlAttributes): void {
    const attributes = this.#elements.node(given.get("id"), given.get("id"));
    const label = given.get("label");
    if (label !== undefined) attributes.set("label", label);
    this.#owners.push({ domain: "node", attributes });
  }

  #openEdge(given: XmlAttributes): void {
    const [from, to] = [given.get("source") ?? "", given.get("target") ?? ""];
    const type = given.get("type") || this.#declared;
    if (this.#direction === "declared" && type !== "directed")
      throw new InputError(
        `the edge "${from}" -> "${to}" is ${type}, expected directed ones; edges=directed takes them as leading from source to target.`,
      );
    const attributes = this.#elements.edge(from, to);
    const weight = given.get("weight");
    if (weight !== undefined) attributes.set("weight", weight);
    this.#owners.push({ domain: "edge", attributes });
  }

  #value(id: string, value: string): void {
    const owner = this.#owners[this.#owners.length - 1];
    if (owner === undefined || owner.domain === "graph") return;
    owner.attributes.set(this.#titles[owner.domain].get(id) ?? id, value);
  }
}
