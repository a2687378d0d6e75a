/**
 * Where a better search can be seen: by how much `best` with few simulations is behind itself with
 * many.
 *
 *     npx tsx test/bench/headroom.ts [SCENARIO or SUITE ...]
 *
 * The default is the suites `headroom` and `headroom-train`. A row for each scenario shows its ops,
 * groups and devices. The mean value of `best` at 1,000 simulations over two seeds follows, its
 * value at 30,000, and the room between them. The last column is the CPU milliseconds of a
 * simulation in the long run. A scenario belongs to a suite of headroom where the room is at least
 * 2%.
 */
import { resolveScenario, suiteMembers, suiteNamed, suites } from "../../scenarios/index.ts";
import { type Solved, solved } from "./solved.ts";

const FEW = 1_000;
const MANY = 30_000;
const SEEDS = 2;
const ROOM = 0.02;

async function main(given: readonly string[]): Promise<void> {
  const names = given.length > 0 ? given : ["headroom", "headroom-train"];
  const scenarios = names.flatMap((name) => (name in suites ? suiteMembers(suiteNamed(name)) : [name]));
  console.log(
    ["scenario".padEnd(56), "ops".padStart(6), "groups", "devices", "1,000", "30,000", "room", "ms"].join(
      "  ",
    ),
  );
  for (const scenario of scenarios) console.log(await row(scenario));
}

async function row(uri: string): Promise<string> {
  const { graph, grouping, cluster } = await resolveScenario(uri);
  const few: Solved[] = [];
  for (let seed = 0; seed < SEEDS; seed++) few.push(await solved(uri, "best", seed, { simulations: FEW }));
  const many = await solved(uri, "best", 0, { simulations: MANY });
  const mean = few.reduce((sum, { value }) => sum + (value ?? Number.POSITIVE_INFINITY), 0) / few.length;
  const room = mean / (many.value ?? Number.POSITIVE_INFINITY) - 1;
  return [
    uri.padEnd(56),
    String(graph.opCount).padStart(6),
    String(grouping.groupCount),
    String(cluster.devices.length),
    mean.toFixed(0),
    (many.value ?? Number.POSITIVE_INFINITY).toFixed(0),
    `${(100 * room).toFixed(1)}%${room >= ROOM ? "" : " too little"}`,
    ((1000 * many.cpuSeconds) / many.simulations).toFixed(2),
  ].join("  ");
}

await main(process.argv.slice(2));
