/** GSPMD's lines "works in the gym when". */
import { layoutKey } from "../../../../env/model/layout/layout.ts";
import { createResharder } from "../../../../env/model/layout/reshard.ts";
import { allLayouts, gathered, gatherThenSlice, scatter, stepped } from "../../../env/model/layout/shards.ts";
import type { SystemCheck } from "../check.ts";

const MESH = [2, 4];
const SHAPE = [8, 8];

const resharding: SystemCheck = {
  system: "gspmd",
  check: `steps between all pairs of layouts of an ${SHAPE.join("x")} tensor on a ${MESH.join("x")} mesh, executed on numbers`,
  target: "the right parts on every rank, and never more sent than to gather and slice",
  seeds: 1,
  async run() {
    const layouts = allLayouts(SHAPE.length, MESH);
    const resharder = createResharder(MESH);
    const whole = Array.from({ length: SHAPE[0] * SHAPE[1] }, (_, i) => i * i);
    let [pairs, right, dearer, cheaper] = [0, 0, 0, 0];
    for (const from of layouts)
      for (const to of layouts) {
        if (to.partial.some((axis) => !from.partial.includes(axis))) continue;
        const { steps, elements } = resharder.path(SHAPE, from, to);
        const shards = steps.reduce(
          (held, step) => stepped(held, step, SHAPE, MESH),
          scatter(whole, SHAPE, from, MESH),
        );
        const isThere = layoutKey(steps.at(-1)?.to ?? from) === layoutKey(to);
        const most = gatherThenSlice(SHAPE, from, to, MESH);
        pairs++;
        right += Number(isThere && gathered(shards, SHAPE, to, MESH).join() === whole.join());
        dearer += Number(elements > most);
        cheaper += Number(elements < most);
      }
    return {
      measured: `right ${right} of ${pairs}; ${cheaper} send less than to gather and slice, ${dearer} more`,
      passed: right === pairs && dearer === 0,
    };
  },
};

export const checks: readonly SystemCheck[] = [resharding];
