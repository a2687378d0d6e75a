/** The worklist against its obvious twin, which looks at every op again and again. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  emptyWorklist,
  noteChange,
  propagateToConflicts,
} from "../../../../../env/model/layout/propagation/by-conflict.ts";
import { decide } from "../../../../../env/model/layout/propagation/decisions.ts";
import { Divisions } from "../../../../../env/model/layout/propagation/divisions.ts";
import { stuckOps } from "../../../../../env/model/layout/propagation/infer-rest.ts";
import { propagationRules } from "../../../../../env/model/layout/propagation/rules.ts";
import { transformerBlock } from "../../../../env/sim/lower/sharding/transformer-block.ts";
import { decisionsOn } from "./random-decisions.ts";

const { graph } = transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 });
const rules = propagationRules(graph);

test("the worklist finds what a look at all ops finds, and looks at fewer", () => {
  let [looks, all] = [0, 0];
  fc.assert(
    fc.property(decisionsOn(rules, [2, 2], true), (decisions) => {
      const [fast, slow] = [new Divisions(rules, [2, 2], true), new Divisions(rules, [2, 2], true)];
      const changed = emptyWorklist(fast);
      for (const decision of decisions) {
        decide(fast, decision);
        decide(slow, decision);
        noteChange(fast, changed, decision.op, decision.axis);
      }
      looks += propagateToConflicts(fast, changed);
      for (let before = ""; before !== JSON.stringify(slow.splits()); ) {
        before = JSON.stringify(slow.splits());
        all += propagateToConflicts(slow, emptyWorklist(slow).fill(3));
      }
      expect(fast.splits()).toEqual(slow.splits());
      expect(changed.every((bits) => bits === 0)).toBe(true);
    }),
    { numRuns: 40 },
  );
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(all);
});

test("copies are apart, and no op is stuck without decisions", () => {
  const divisions = new Divisions(rules, [2], true);
  const copy = divisions.copy();
  copy.divide(rules.dimensionStart[rules.ops[0]], 0);
  expect([divisions.splits().some((split) => split !== null), stuckOps(divisions)]).toEqual([false, []]);
  copy.take(divisions);
  expect(copy.splits()).toEqual(divisions.splits());
});
