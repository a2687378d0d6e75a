/**
 * The DOT language of Graphviz (graphviz.org/doc/info/lang.html), as far as graphs of operators use
 * it. It reads node and edge statements with attributes, their defaults, subgraphs (flattened) and
 * chains of edges. HTML labels are kept as text.
 *
 * Edges between two sets of nodes are counted before they are made. Defaults and the attributes of
 * a chain are shared, not copied.
 */
import { InputError } from "../../../env/model/errors.ts";
import { checkSize, MOST_EDGES, MOST_OPS } from "../../../env/model/graph/limits.ts";
import type { AttributedEdge, AttributedGraph, Attributes } from "./attributes.ts";
import { DotTokens, type Token } from "./dot-tokens.ts";

/** Deeper nesting is refused. */
const DEEPEST = 100;
const MOST_ATTRIBUTES = 100_000;
const NONE: Attributes = new Map();

export interface DotGraph extends AttributedGraph {
  /** Number of edges whose `dir` is `back`: they are turned round, as they are drawn. */
  readonly backward: number;
  /** Number of edges whose `dir` is `both` or `none`: they are taken as they are written. */
  readonly undirected: number;
}

/** `undirectedToo` takes a `graph` and its `--` as well, from the first node to the second. */
export function readDot(text: string, undirectedToo: boolean): DotGraph {
  return new DotReader(text, undirectedToo).graph();
}

/** Defaults of nodes and edges, replaced as a whole where a statement changes them. */
interface Defaults {
  node: Attributes;
  edge: Attributes;
}

/** What stands at one end of an edge: a node, or the nodes of a subgraph. */
interface End {
  readonly names: ReadonlySet<string>;
  readonly single: string | null;
}

class DotReader {
  readonly #tokens: DotTokens;
  readonly #undirectedToo: boolean;
  readonly #nodes = new Map<string, { attributes: Attributes; readonly defaults: Attributes }>();
  readonly #edges: AttributedEdge[] = [];
  readonly #attributes = new Map<string, string>();
  #backward = 0;
  #undirected = 0;
  /** Names in all sets of subgraphs: a node counts once for each set it is in. */
  #members = 0;

  constructor(text: string, undirectedToo: boolean) {
    this.#tokens = new DotTokens(text);
    this.#undirectedToo = undirectedToo;
  }

  graph(): DotGraph {
    if (this.#isKeyword("strict")) this.#tokens.take();
    const kind = this.#tokens.take();
    if (kind.text.toLowerCase() === "graph" && !this.#undirectedToo)
      throw new InputError(
        "the graph is undirected, expected a digraph: edges from producer to consumer; edges=directed takes them as leading from first to second.",
      );
    if (!/^(di)?graph$/i.test(kind.text) || kind.quoted) throw this.#unexpected(kind, '"digraph"');
    if (this.#tokens.peek().kind === "word") this.#tokens.take();
    this.#expect("{");
    this.#statements({ node: NONE, edge: NONE }, 0);
    if (this.#tokens.peek().kind !== "end")
      throw this.#unexpected(this.#tokens.peek(), "the end of the file");
    return {
      attributes: this.#attributes,
      nodes: [...this.#nodes].map(([name, { attributes, defaults }]) => ({ name, attributes, defaults })),
      edges: this.#edges,
      backward: this.#backward,
      undirected: this.#undirected,
    };
  }

  /**
   * Statements up to the closing brace; answers the nodes in them, for edges to and from a
   * subgraph.
   */
  #statements(outer: Readonly<Defaults>, depth: number): Set<string> {
    if (depth > DEEPEST) throw new InputError(`subgraphs are nested more than ${DEEPEST} deep.`);
    const defaults: Defaults = { ...outer };
    const within = new Set<string>();
    for (;;) {
      const first = this.#tokens.peek();
      if (isMark(first, "}")) {
        this.#tokens.take();
        return within;
      }
      if (isMark(first, ";") || isMark(first, ",")) this.#tokens.take();
      else if (this.#isKeyword("node") || this.#isKeyword("edge") || this.#isKeyword("graph"))
        this.#setDefaults(defaults);
      else if (first.kind === "word" && isMark(this.#tokens.peek(1), "=")) {
        this.#tokens.skip(2);
        this.#attributes.set(first.text, this.#tokens.take().text);
      } else this.#chain(defaults, depth, within);
    }
  }

  #setDefaults(defaults: Defaults): void {
    const keyword = this.#tokens.take().text.toLowerCase();
    const given = this.#attributeLists();
    if (keyword === "graph") for (const [name, value] of given) this.#attributes.set(name, value);
    else {
      const of = keyword as "node" | "edge";
      defaults[of] = this.#merged(defaults[of], given);
    }
  }

  #merged(before: Attributes, given: Attributes): Attributes {
    if (given.size === 0) return before;
    if (before.size === 0) return given;
    const merged = new Map([...before, ...given]);
    if (merged.size > MOST_ATTRIBUTES)
      throw new InputError(`there are more than ${MOST_ATTRIBUTES} default attributes.`);
    return merged;
  }

  /**
   * `a`, `a -> b -> {c d} [bytes=4]`: a node statement, or edges from each end to each of the next.
   * Adds the nodes to those of the enclosing subgraph.
   */
  #chain(defaults: Readonly<Defaults>, depth: number, within: Set<string>): void {
    const ends = [this.#end(defaults, depth)];
    while (this.#tokens.peek().kind === "edge") {
      const arrow = this.#tokens.take();
      if (arrow.text === "--" && !this.#undirectedToo)
        throw new InputError(
          "an edge is undirected (--), expected -> in a digraph; edges=directed takes it as leading from first to second.",
        );
      ends.push(this.#end(defaults, depth));
    }
    const attributes = this.#attributeLists();
    const [first] = ends;
    const node = ends.length === 1 && first.single !== null ? this.#nodes.get(first.single) : undefined;
    if (node !== undefined) node.attributes = this.#merged(node.attributes, attributes);
    for (let i = 1; i < ends.length; i++) this.#join(ends[i - 1], ends[i], attributes, defaults.edge);
    for (const { names } of ends) for (const name of names) within.add(name);
  }

  #join(from: End, to: End, attributes: Attributes, defaults: Attributes): void {
    const added = from.names.size * to.names.size;
    checkSize("edges", this.#edges.length + added, MOST_EDGES);
    const direction = attributes.get("dir") ?? defaults.get("dir");
    const isBack = direction === "back";
    if (isBack) this.#backward += added;
    else if (direction === "both" || direction === "none") this.#undirected += added;
    for (const tail of from.names)
      for (const head of to.names)
        this.#edges.push({ from: isBack ? head : tail, to: isBack ? tail : head, attributes, defaults });
  }

  #end(defaults: Readonly<Defaults>, depth: number): End {
    if (this.#isKeyword("subgraph")) {
      this.#tokens.take();
      if (this.#tokens.peek().kind === "word") this.#tokens.take();
    }
    if (isMark(this.#tokens.peek(), "{")) {
      this.#tokens.take();
      const names = this.#statements(defaults, depth + 1);
      this.#members += names.size;
      checkSize("members of subgraphs", this.#members, MOST_EDGES);
      return { names, single: null };
    }
    const name = this.#tokens.take();
    if (name.kind !== "word") throw this.#unexpected(name, "a node");
    if (!this.#nodes.has(name.text)) {
      checkSize("nodes", this.#nodes.size + 1, MOST_OPS);
      this.#nodes.set(name.text, { attributes: NONE, defaults: defaults.node });
    }
    // A port and a compass point only say where a drawing puts the end.
    for (let i = 0; i < 2 && isMark(this.#tokens.peek(), ":"); i++) this.#tokens.skip(2);
    return { names: new Set([name.text]), single: name.text };
  }

  #attributeLists(): Attributes {
    let attributes: Map<string, string> | undefined;
    while (isMark(this.#tokens.peek(), "[")) {
      this.#tokens.take();
      while (!isMark(this.#tokens.peek(), "]")) {
        const name = this.#tokens.take();
        if (name.kind !== "word") throw this.#unexpected(name, "the name of an attribute");
        const hasValue = isMark(this.#tokens.peek(), "=");
        if (hasValue) this.#tokens.take();
        const value = hasValue ? this.#tokens.take() : name;
        if (value.kind !== "word") throw this.#unexpected(value, "the value of an attribute");
        attributes ??= new Map();
        attributes.set(name.text, hasValue ? value.text : "true");
        if (attributes.size > MOST_ATTRIBUTES)
          throw new InputError(`a statement has more than ${MOST_ATTRIBUTES} attributes.`);
        if (isMark(this.#tokens.peek(), ",") || isMark(this.#tokens.peek(), ";")) this.#tokens.take();
      }
      this.#tokens.take();
    }
    return attributes ?? NONE;
  }

  #isKeyword(word: string): boolean {
    const { kind, text, quoted } = this.#tokens.peek();
    return kind === "word" && !quoted && text.toLowerCase() === word;
  }

  #expect(text: string): void {
    const taken = this.#tokens.take();
    if (!isMark(taken, text)) throw this.#unexpected(taken, `"${text}"`);
  }

  #unexpected({ text, at }: Token, expected: string): InputError {
    return new InputError(
      `line ${this.#tokens.line(at)}: found "${text.slice(0, 40)}", expected ${expected}.`,
    );
  }
}

const isMark = ({ kind, text }: Token, mark: string): boolean => kind === "mark" && text === mark;
