/**
 * The DOT language of Graphviz (graphviz.org/doc/info/lang.html), as far as graphs of operators use
 * it. It reads node and edge statements with attributes, their defaults, subgraphs (flattened) and
 * chains of edges. HTML labels are kept as text.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { AttributedEdge, AttributedGraph, AttributedNode } from "./attributed-graph.ts";

type Attributes = Record<string, string>;

/** Deeper nesting is refused. */
const DEEPEST = 100;

const token =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#[^\n]*|(?<quoted>"[^"\\]*(?:\\[\s\S][^"\\]*)*")|(?<edge>->|--)|(?<mark>[{}[\];,:=+])|(?<word>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|-?(?:\.\d+|\d+(?:\.\d*)?))|(?<html><)/my;

interface Token {
  readonly kind: "word" | "mark" | "edge" | "end";
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

export function readDot(text: string): AttributedGraph {
  const reader = new DotReader(text);
  return reader.graph();
}

class DotReader {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  readonly #nodes = new Map<string, Attributes>();
  readonly #edges: AttributedEdge[] = [];
  readonly #attributes: Attributes = {};
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  graph(): AttributedGraph {
    if (this.#peek().text.toLowerCase() === "strict") this.#next++;
    const kind = this.#take();
    if (kind.text.toLowerCase() === "graph")
      throw new InputError("the graph is undirected, expected a digraph: edges from producer to consumer.");
    if (kind.text.toLowerCase() !== "digraph") throw this.#unexpected(kind, '"digraph"');
    if (this.#peek().kind === "word") this.#next++;
    this.#expect("{");
    this.#statements({ node: {}, edge: {} }, 0);
    if (this.#peek().kind !== "end") throw this.#unexpected(this.#peek(), "the end of the file");
    const nodes = [...this.#nodes].map(([name, attributes]): AttributedNode => ({ name, attributes }));
    return { attributes: this.#attributes, nodes, edges: this.#edges };
  }

  /**
   * Statements up to the closing brace; answers the nodes in them, for edges to and from a
   * subgraph.
   */
  #statements(outer: { readonly node: Attributes; readonly edge: Attributes }, depth: number): Set<string> {
    if (depth > DEEPEST) throw new InputError(`subgraphs are nested more than ${DEEPEST} deep.`);
    const defaults = { node: { ...outer.node }, edge: { ...outer.edge } };
    const within = new Set<string>();
    for (;;) {
      const first = this.#peek();
      if (first.text === "}" && first.kind === "mark") {
        this.#next++;
        return within;
      }
      if (first.text === ";" || first.text === ",") {
        this.#next++;
        continue;
      }
      const keyword = first.quoted ? "" : first.text.toLowerCase();
      if (keyword === "node" || keyword === "edge" || keyword === "graph") {
        this.#next++;
        Object.assign(keyword === "graph" ? this.#attributes : defaults[keyword], this.#attributeLists());
        continue;
      }
      if (first.kind === "word" && this.#tokens[this.#next + 1]?.text === "=") {
        this.#next += 2;
        this.#attributes[first.text] = this.#take().text;
        continue;
      }
      for (const name of this.#chain(defaults, depth)) within.add(name);
    }
  }

  /**
   * `a`, `a -> b -> {c d} [bytes=4]`: a node statement, or edges from each end to each of the next.
   */
  #chain(defaults: { readonly node: Attributes; readonly edge: Attributes }, depth: number): Set<string> {
    const ends = [this.#end(defaults, depth)];
    while (this.#peek().kind === "edge") {
      if (this.#take().text === "--")
        throw new InputError("an edge is undirected (--), expected -> in a digraph.");
      ends.push(this.#end(defaults, depth));
    }
    const attributes = this.#attributeLists();
    if (ends.length === 1) {
      if (ends[0].single !== null) Object.assign(this.#nodes.get(ends[0].single) ?? {}, attributes);
      return ends[0].names;
    }
    for (let i = 1; i < ends.length; i++)
      for (const from of ends[i - 1].names)
        for (const to of ends[i].names) {
          if (this.#edges.length >= MOST_EDGES)
            throw new InputError(`the graph has more than ${MOST_EDGES} edges.`);
          this.#edges.push({ from, to, attributes: { ...defaults.edge, ...attributes } });
        }
    return new Set(ends.flatMap(({ names }) => [...names]));
  }

  #end(defaults: { readonly node: Attributes; readonly edge: Attributes }, depth: number) {
    const first = this.#peek();
    if (!first.quoted && first.text.toLowerCase() === "subgraph") {
      this.#next++;
      if (this.#peek().kind === "word") this.#next++;
    }
    if (this.#peek().text === "{") {
      this.#next++;
      return { names: this.#statements(defaults, depth + 1), single: null };
    }
    const name = this.#take();
    if (name.kind !== "word") throw this.#unexpected(name, "a node");
    if (!this.#nodes.has(name.text)) this.#nodes.set(name.text, { ...defaults.node });
    // A port and a compass point only say where a drawing puts the end.
    for (let i = 0; i < 2 && this.#peek().text === ":"; i++) this.#next += 2;
    return { names: new Set([name.text]), single: name.text };
  }

  #attributeLists(): Attributes {
    const attributes: Attributes = {};
    while (this.#peek().text === "[" && this.#peek().kind === "mark") {
      this.#next++;
      while (this.#peek().text !== "]") {
        const name = this.#take();
        if (name.kind !== "word") throw this.#unexpected(name, "the name of an attribute");
        const hasValue = this.#peek().text === "=";
        if (hasValue) this.#next++;
        const value = hasValue ? this.#take() : name;
        if (value.kind !== "word") throw this.#unexpected(value, "the value of an attribute");
        Object.defineProperty(attributes, name.text, {
          value: value.text,
          enumerable: true,
          writable: true,
          configurable: true,
        });
        if (this.#peek().text === "," || this.#peek().text === ";") this.#next++;
      }
      this.#next++;
    }
    return attributes;
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
  }

  #take(): Token {
    const taken = this.#peek();
    if (taken.kind === "end") throw new InputError("the graph ends before its closing brace.");
    this.#next++;
    return taken;
  }

  #expect(text: string): void {
    const taken = this.#take();
    if (taken.text !== text || taken.quoted) throw this.#unexpected(taken, `"${text}"`);
  }

  #unexpected({ text, at }: Token, expected: string): InputError {
    const line = this.#text.slice(0, at).split("\n").length;
    return new InputError(`line ${line}: found "${text.slice(0, 40)}", expected ${expected}.`);
  }
}

const MOST_EDGES = 10_000_000;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) {
      const line = text.slice(0, at).split("\n").length;
      throw new InputError(`line ${line}: "${text.slice(at, at + 20).trim()}" is no DOT.`);
    }
    const { quoted, edge, mark, word, html } = match.groups ?? {};
    if (quoted !== undefined) tokens.push({ kind: "word", text: unquoted(quoted), quoted: true, at });
    else if (edge !== undefined) tokens.push({ kind: "edge", text: edge, quoted: false, at });
    else if (mark !== undefined) tokens.push({ kind: "mark", text: mark, quoted: false, at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, quoted: false, at });
    else if (html !== undefined) {
      const end = endOfHtml(text, at);
      tokens.push({ kind: "word", text: text.slice(at, end), quoted: true, at });
      token.lastIndex = end;
    }
  }
  return [...tokens, { kind: "end", text: "the end of the file", quoted: true, at: text.length }];
}

function unquoted(text: string): string {
  return text
    .slice(1, -1)
    .replace(/\\\r?\n/g, "")
    .replace(/\\"/g, '"');
}

/** The position after the bracket that closes an HTML label. */
function endOfHtml(text: string, start: number): number {
  let open = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "<") open++;
    else if (text[i] === ">" && --open === 0) return i + 1;
  }
  throw new InputError("an HTML label has no end.");
}
