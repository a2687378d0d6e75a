import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stronglyConnectedComponents } from "../../../../env/model/graph/components.ts";

const digraph = fc
  .integer({ min: 1, max: 8 })
  .chain((n) => fc.array(fc.array(fc.nat(n - 1), { maxLength: 3 }), { minLength: n, maxLength: n }));

function reachability(successors: readonly (readonly number[])[]): boolean[][] {
  return successors.map((_, root) => {
    const reached = successors.map((_, v) => v === root);
    const open = [root];
    for (let v = open.pop(); v !== undefined; v = open.pop())
      for (const w of successors[v]) {
        if (reached[w]) continue;
        reached[w] = true;
        open.push(w);
      }
    return reached;
  });
}

describe("strongly connected components", () => {
  test("hold exactly the nodes that reach each other, and edges lead to lower numbers", () => {
    fc.assert(
      fc.property(digraph, (successors) => {
        const { of, count } = stronglyConnectedComponents(successors);
        const reaches = reachability(successors);
        expect(new Set(of).size).toBe(count);
        for (let a = 0; a < successors.length; a++) {
          for (let b = 0; b < successors.length; b++)
            expect(of[a] === of[b]).toBe(reaches[a][b] && reaches[b][a]);
          for (const b of successors[a]) expect(of[a]).toBeGreaterThanOrEqual(of[b]);
        }
      }),
    );
  });

  test("do not overflow the call stack on a long chain", () => {
    const chain = Array.from({ length: 200_000 }, (_, v) => (v + 1 < 200_000 ? [v + 1] : []));
    expect(stronglyConnectedComponents(chain).count).toBe(200_000);
  });
});
