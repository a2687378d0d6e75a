/**
 * HEFT (Topcuoglu, Hariri, Wu, TPDS 2002): its ten-task example, and its order against CPOP on
 * random graphs and unlike processors. What a contended network makes of its schedules is ours.
 */

import type { Claim, Laboratory, Paper, ReproductionScale } from "../contract.ts";
import { levelOf, type Runs, ratioOf } from "../measured.ts";
import { judged } from "../verdicts.ts";
import { tenTasks } from "./ten-tasks.ts";

const FREE = "contention-free";
/** Unlike processors, and how much is sent: percents of the time of all tasks. */
const CLUSTER = "2xP100+2xK80";
const SHARES = [10, 50, 100, 500] as const;

export const heft: Paper = {
  id: "heft",
  title: "Performance-effective and low-complexity task scheduling for heterogeneous computing",
  authors: "Topcuoglu, Hariri, Wu",
  venue: "IEEE TPDS 2002",
  remarks: [
    "The random graphs are those of our family `layered`, not the paper's generator.",
    "DLS, MH and LMT are not here; critical-path-first list scheduling stands beside CPOP.",
    "No method here draws numbers: graphs take the place of seeds in the intervals.",
  ],
  dataFrom: null,
  async run(scale, lab) {
    return [...(await examples(lab)), ...(await orders(scale, lab))];
  },
};

async function examples(lab: Laboratory): Promise<Claim[]> {
  const scenario = lab.keep("ten-tasks", tenTasks());
  const makespan = async (method: string) =>
    levelOf([await lab.values({ scenario, method, simulations: 100, seeds: 1 })]);
  return [
    judged({
      statement: "HEFT's schedule of the ten-task example ends at 80.",
      paperFigure: "80",
      source: "checked against its code or data",
      under: FREE,
      quantity: "makespan",
      rule: { kind: "exactly", value: 80 },
      ...(await makespan("heft")),
    }),
    judged({
      statement: "CPOP's schedule of the ten-task example ends at 86.",
      paperFigure: "86",
      source: "from memory",
      under: FREE,
      quantity: "makespan",
      rule: { kind: "exactly", value: 86 },
      ...(await makespan("cpop")),
    }),
  ];
}

async function orders({ quick }: ReproductionScale, lab: Laboratory): Promise<Claim[]> {
  const graphs = quick ? 5 : 25;
  const rowsOf = (method: string, network: string): Promise<Runs> =>
    Promise.all(
      SHARES.map(async (share) => {
        const values = Array.from({ length: graphs }, (_, i) => {
          const scenario = `layered/test/${i}/${CLUSTER}?comm=${share}&network=${network}`;
          return lab.values({ scenario, method, simulations: 100, seeds: 1 });
        });
        return (await Promise.all(values)).flat();
      }),
    );
  const order = async (other: string, name: string, network: string, under: string) =>
    judged({
      statement: `On random graphs and unlike processors HEFT's schedules are shorter than ${name}'s.`,
      paperFigure: "HEFT first of five by schedule length ratio, then CPOP",
      source: "from memory",
      under,
      quantity: `makespan over that of ${name}, ${SHARES.length} shares of communication`,
      rule: { kind: "below", limit: 1 },
      ...ratioOf(await rowsOf("heft", network), await rowsOf(other, network)),
      note: `${graphs} graphs for each share of communication stand in place of seeds.`,
    });
  return [
    await order("cpop", "CPOP", FREE, `${FREE}, as in the paper`),
    await order("cpop", "CPOP", "full-duplex", "transfers queue at senders and receivers"),
    await order("critical-path-first", "critical-path-first list scheduling", FREE, FREE),
  ];
}
