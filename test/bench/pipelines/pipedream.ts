/**
 * Speed of PipeDream's interval program on one of its profiles, with the costs of the code and of
 * the paper. There are two clusters: 4 machines flat, and 4 machines of 4.
 *
 *     npx tsx test/bench/pipelines/pipedream.ts [PROFILE]
 *
 * One row per problem: ms of the first run, which is what a single call takes, and of the fastest.
 * The CPU time is that of all threads.
 */
import { performance } from "node:perf_hooks";
import type { IntervalLevel } from "../../../agents/exact/intervals/interval-costs.ts";
import { intervalPlan } from "../../../agents/exact/intervals/interval-program.ts";
import { intervalStates } from "../../../agents/exact/intervals/interval-states.ts";
import { profileLayers } from "../../golden/pipedream-profile.ts";
import { sharedPath } from "../../shared-folder.ts";

const MOST_STATES = 60_000;
const RUNS = 5;
const flat: IntervalLevel = { machines: 4, bytesPerUs: 1_000 };
const inside: IntervalLevel = { machines: 4, bytesPerUs: 10_000 };
const between: IntervalLevel = { machines: 4, bytesPerUs: 1_250 };

const profile = process.argv[2] ?? "gnmt_large";
const path = sharedPath("data", "pipedream", `${profile}.graph.txt`);
if (path === null) console.error(`There is no profile ${profile}.`);
else report(path);

function report(path: string): void {
  const layers = profileLayers(path);
  const states = () => intervalStates(layers, MOST_STATES)!;
  const plan = (levels: readonly IntervalLevel[], mode: "code" | "paper") => () =>
    intervalPlan(states(), { levels, mode, transfers: "free", replicas: "any" });
  time("states and 4 flat, code", plan([flat], "code"));
  time("states", states);
  console.log(`${profile} has ${states().count} states.`);
  time("states and 4 flat, paper", plan([flat], "paper"));
  time("states and 4 x 4, code", plan([inside, between], "code"), 2);
  time("states and 4 x 4, paper", plan([inside, between], "paper"), 2);
}

function time(name: string, run: () => unknown, runs = RUNS): void {
  const measured = Array.from({ length: runs }, () => {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    run();
    const { user, system } = process.cpuUsage(cpu);
    return { ms: performance.now() - started, cpuMs: (user + system) / 1_000 };
  });
  const shown = ({ ms, cpuMs }: { ms: number; cpuMs: number }) =>
    `${ms.toFixed(0)} ms (${cpuMs.toFixed(0)} of CPU)`;
  const fastest = measured.reduce((best, one) => (one.ms < best.ms ? one : best));
  console.log(`${name.padEnd(26)} first ${shown(measured[0])}, fastest ${shown(fastest)}`);
}
