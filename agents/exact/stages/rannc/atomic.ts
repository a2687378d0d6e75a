/**
 * RaNNC's atomic subcomponents (Tanaka et al., IPDPS 2021). Each has one operation whose value
 * depends on the input. It also has copies of the operations that this one needs and that depend on
 * parameters and constants alone. So no constant value is ever sent.
 */

export interface AtomicComponents {
  /** Operations of each component, ascending; constant ones may be in several. */
  readonly members: readonly (readonly number[])[];
  /** Components that take values from each component. */
  readonly successors: readonly (readonly number[])[];
}

/**
 * Constant operations that no other needs are in no component.
 *
 * @param successors of each operation, in a topological order
 * @param isSource 1 for operations that read the input
 */
export function atomicComponents(
  successors: readonly (readonly number[])[],
  isSource: ArrayLike<number>,
): AtomicComponents {
  const count = successors.length;
  const predecessors = Array.from({ length: count }, (): number[] => []);
  for (const [v, list] of successors.entries()) for (const w of list) predecessors[w].push(v);
  const varies = new Uint8Array(count);
  for (let v = 0; v < count; v++)
    varies[v] = isSource[v] === 1 || predecessors[v].some((u) => varies[u] === 1) ? 1 : 0;
  const roots = [...successors.keys()].filter((v) => varies[v] === 1);
  const componentOf = new Map(roots.map((v, component) => [v, component]));
  return {
    members: roots.map((v) => withConstants(v, predecessors, varies)),
    successors: roots.map((v) => successors[v].map((w) => componentOf.get(w)!)),
  };
}

function withConstants(
  root: number,
  predecessors: readonly (readonly number[])[],
  varies: Uint8Array,
): number[] {
  const members = new Set([root]);
  for (const v of members) for (const u of predecessors[v]) if (varies[u] === 0) members.add(u);
  return [...members].sort((a, b) => a - b);
}
