/**
 * Label problems as text, for tests and for cases in documents. Each node in order is a line
 * `node COST ...`. Each edge is a line `edge U V: COST ... / COST ...`, with a row for each label
 * of U. `inf` forbids; `#` begins a comment.
 */
import { InputError } from "../../../../env/model/errors.ts";
import { checkLabelProblem, type LabelEdge, type LabelProblem } from "./problem.ts";

export function parseLabelProblem(text: string): LabelProblem {
  const nodes: Float64Array[] = [];
  const edges: LabelEdge[] = [];
  text.split("\n").forEach((raw, i) => {
    const line = raw.replace(/#.*/, "").trim();
    if (line === "") return;
    const edge = /^edge\s+(\d+)\s+(\d+)\s*:(.*)$/.exec(line);
    if (edge !== null) edges.push({ u: Number(edge[1]), v: Number(edge[2]), costs: rows(edge[3], i + 1) });
    else if (/^node\s/.test(line)) nodes.push(numbers(line.slice(4), i + 1));
    else
      throw new InputError(`Line ${i + 1} is "${line}"; expected "node COST ..." or "edge U V: COST ...".`);
  });
  return checkLabelProblem({ nodes, edges });
}

export function formatLabelProblem({ nodes, edges }: LabelProblem): string {
  const written = (costs: Iterable<number>) =>
    Array.from(costs, (cost) => (cost === Number.POSITIVE_INFINITY ? "inf" : String(cost))).join(" ");
  return [
    ...nodes.map((costs) => `node ${written(costs)}`),
    ...edges.map(({ u, v, costs }) => {
      const width = nodes[v].length;
      const lines = Array.from(nodes[u], (_, row) => written(costs.subarray(row * width, (row + 1) * width)));
      return `edge ${u} ${v}: ${lines.join(" / ")}`;
    }),
  ].join("\n");
}

function rows(text: string, line: number): Float64Array {
  const parts = text.split("/").map((part) => numbers(part, line));
  const uneven = parts.find(({ length }) => length !== parts[0].length);
  if (uneven !== undefined)
    throw new InputError(`Line ${line}: a row has ${uneven.length} costs and the first ${parts[0].length}.`);
  return Float64Array.from(parts.flatMap((part) => [...part]));
}

const numbers = (text: string, line: number): Float64Array =>
  Float64Array.from(text.trim().split(/\s+/), (word) => {
    const cost = word === "inf" ? Number.POSITIVE_INFINITY : Number(word);
    if (word === "" || Number.isNaN(cost))
      throw new InputError(`Line ${line}: "${word}" is no cost; expected a number or inf.`);
    return cost;
  });
