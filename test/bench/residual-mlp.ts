/** A deep program and a few decisions on it: what propagation is timed on. */

import type { OpGraph } from "../../env/model/graph/graph.ts";
import { batchDecisions } from "../../env/model/layout/propagation/batch-decisions.ts";
import type { Decision } from "../../env/model/layout/propagation/decisions.ts";
import type { PropagationRules } from "../../env/model/layout/propagation/rules.ts";
import { numberedGraph, type OpText } from "../env/sim/lower/sharding/numbered-graph.ts";

/** On two mesh axes: one divides the input's batch, the other features of half the products. */
export function halfOfTheWeights(rules: PropagationRules): Decision[] {
  const { iterations, parameterBytes } = rules.graph;
  const weights = [...rules.ops].filter((op) => parameterBytes[op] > 0);
  const features = weights.flatMap((op) => {
    const dimension = iterations![op]!.dimensions.findIndex(({ kind }) => kind === "feature");
    return iterations![op]!.sums.length > 0 && dimension !== -1 ? [{ op, dimension, axis: 0 }] : [];
  });
  return [...batchDecisions(rules, 1).slice(0, 1), ...features.filter((_, i) => i % 2 === 0)];
}

/** Blocks of a residual MLP, four forward ops each. */
export function residualMlp(blocks: number): OpGraph {
  const texts: OpText[] = [{ name: "y0", rule: "input", outputs: ["b h"] }];
  for (let i = 1; i <= blocks; i++)
    texts.push(
      {
        name: `in${i}`,
        rule: "product",
        inputs: [`y${i - 1} b h`],
        parameters: ["h f"],
        outputs: ["b f"],
        sums: "h",
        linearIn: [0],
      },
      { name: `a${i}`, rule: "square", inputs: [`in${i} b f`], outputs: ["b f"] },
      {
        name: `out${i}`,
        rule: "product",
        inputs: [`a${i} b f`],
        parameters: ["f h"],
        outputs: ["b h"],
        sums: "f",
        linearIn: [0],
      },
      {
        name: `y${i}`,
        rule: "sum",
        inputs: [`y${i - 1} b h`, `out${i} b h`],
        outputs: ["b h"],
        linearIn: [0, 1],
      },
    );
  return numberedGraph({ b: 8, h: 64, f: 256 }, texts).graph;
}
