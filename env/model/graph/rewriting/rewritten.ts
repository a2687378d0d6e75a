/**
 * Substitutions made in a graph, one after the other. A rewrite names its substitution and the
 * number of its place among all places of the substitution in the graph so far (places.ts). So a
 * list of rewrites says everything of the graph that they lead to.
 */
import { InputError } from "../../errors.ts";
import type { OpGraph } from "../graph.ts";
import { type Place, placesOf, replaced, type Site, siteOf } from "./places.ts";
import { type ReadGraph, readGraph } from "./read-graph.ts";
import type { Substitution } from "./substitution.ts";
import { verified } from "./verified/verified.ts";
import { writeGraph } from "./write-graph.ts";

export interface Rewrite {
  /** Text of a verified substitution. */
  readonly substitution: string;
  readonly place: number;
}

const byText: ReadonlyMap<string, Substitution> = new Map(verified.map((each) => [each.text, each]));

/** A graph while substitutions are made in it. */
export class Rewriting {
  readonly original: OpGraph;
  private readonly read: ReadGraph;
  private current: Site;
  private readonly origins: Map<number, number>;
  private readonly sources = new Map<number, number>();
  private done: readonly Rewrite[] = [];

  constructor(original: OpGraph) {
    this.original = original;
    this.read = readGraph(original);
    this.origins = new Map(this.read.origins);
    this.current = siteOf(this.read.graph);
  }

  get site(): Site {
    return this.current;
  }

  get rewrites(): readonly Rewrite[] {
    return this.done;
  }

  get numberBytes(): number {
    return this.read.numberBytes;
  }

  places(substitution: Substitution, limit?: number): Place[] {
    return placesOf(this.current, substitution, limit);
  }

  /** Throws one sentence where there is no such substitution or place. */
  apply({ substitution: text, place: number }: Rewrite): void {
    const substitution = byText.get(text);
    if (substitution === undefined)
      throw new InputError(`The substitution ${JSON.stringify(text)} is none of the verified ones.`);
    const places = Number.isInteger(number) && number >= 0 ? this.places(substitution, number + 1) : [];
    const place = places[number];
    if (place === undefined)
      throw new InputError(
        `Rewrite ${this.done.length} is at place ${JSON.stringify(number)} of "${text}", but the graph has ${this.places(substitution).length}.`,
      );
    this.make(place, { substitution: text, place: number });
  }

  /** The graph now; the original itself before the first rewrite. */
  graph(): OpGraph {
    if (this.done.length === 0) return this.original;
    const { original, origins, sources, numberBytes } = this;
    return writeGraph({ original, graph: this.current.graph, origins, sources, numberBytes });
  }

  private make(place: Place, rewrite: Rewrite): void {
    const { graph, now } = replaced(this.current, place);
    const roots = place.substitution.sources.map((source) => place.terms[source]);
    roots.forEach((root, i) => {
      const source = this.origins.get(root) ?? this.sources.get(root);
      if (source !== undefined && !this.sources.has(place.made[i])) this.sources.set(place.made[i], source);
    });
    for (const [before, after] of now) {
      if (roots.includes(before)) continue;
      const origin = this.origins.get(before);
      if (origin !== undefined && !this.origins.has(after)) this.origins.set(after, origin);
      const source = this.sources.get(before);
      if (source !== undefined && !this.sources.has(after)) this.sources.set(after, source);
    }
    this.current = siteOf(graph);
    this.done = [...this.done, rewrite];
  }
}

/** Graphs that lists of rewrites lead to, the last one of each graph kept. */
const last = new WeakMap<OpGraph, { readonly key: string; readonly graph: OpGraph }>();

export function rewrittenGraph(graph: OpGraph, rewrites: readonly Rewrite[]): OpGraph {
  if (rewrites.length === 0) return graph;
  const key = JSON.stringify(rewrites.map(({ substitution, place }) => [substitution, place]));
  const known = last.get(graph);
  if (known?.key === key) return known.graph;
  const rewriting = new Rewriting(graph);
  for (const rewrite of rewrites) rewriting.apply(rewrite);
  const made = rewriting.graph();
  last.set(graph, { key, graph: made });
  return made;
}
