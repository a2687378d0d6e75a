/**
 * Runs the tasks of the pipeline specification as a scenario of the reference simulator, and adds
 * up what lives at every instant.
 */
import { graphBuilder } from "../../../model/graph/builder.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { withSenders } from "../../lower/collectives/senders.ts";
import { referenceRun } from "../reference.ts";
import type { Transfer } from "../tasks.ts";
import type { Message, Pipeline } from "./contract.ts";

export interface TaskRun {
  readonly makespanUs: number;
  readonly endUs: readonly number[];
  readonly peakBytes: readonly number[];
}

export function runTasks({ scenario, tasks }: Pipeline): TaskRun {
  const builder = graphBuilder();
  const sentBy = tasks.all.map((_, task) => tasks.messages.filter(({ from }) => from === task));
  tasks.all.forEach(({ us }, task) => {
    const outputs = sentBy[task].map(({ bytes }) => bytes);
    builder.op({ name: `t${task}`, measuredUs: { "*": us }, outputs });
  });
  tasks.all.forEach(({ after }, task) => {
    for (const before of new Set(after)) builder.control(`t${before}`, `t${task}`);
  });
  for (const own of sentBy)
    own.forEach(({ from, to }, output) => {
      for (const task of new Set(to)) builder.edge({ from: `t${from}`, to: `t${task}`, output });
    });
  const graph = builder.build();
  const { fidelity, cluster } = scenario;
  // A sender's route to its own device has no link, which no other cluster may have.
  const lowered: Scenario = {
    ...scenario,
    graph,
    cluster: withSenders(cluster),
    fidelity: {
      ...fidelity,
      controlEdges: "free",
      pairOutputs: "all",
      tieBreak: "id",
      transferOrder: "first-come",
      dispatch: "strict",
    },
  };
  const device = tasks.all.map((task) => task.device);
  const { makespanUs, startUs, endUs, transfers } = referenceRun(lowered, device);
  const transferOf = (message: Message, to: number): Transfer => {
    const output = sentBy[message.from].indexOf(message);
    return transfers.find(
      (each) => each.producer === message.from && each.to === to && each.needs[0].tensor!.port === output,
    )!;
  };
  const isSent = (message: Message): boolean =>
    message.to.some((task) => device[task] !== device[message.from]);
  const leftUs = (message: Message): number =>
    Math.max(
      endUs[message.from],
      ...message.to
        .filter((task) => device[task] !== device[message.from])
        .map((task) => transferOf(message, device[task]).arriveUs[0]),
    );
  const lives = tasks.lives.map(({ device: on, bytes, from, until }) => ({
    on,
    bytes,
    fromUs: typeof from === "number" ? startUs[from] : transferOf(from, on).startUs.at(-1)!,
    toUs: Math.max(
      typeof from === "number" ? endUs[from] : 0,
      ...until.map((each) => (typeof each === "number" ? endUs[each] : isSent(each) ? leftUs(each) : 0)),
    ),
  }));
  return { makespanUs, endUs, peakBytes: tasks.residentBytes.map((bytes, d) => bytes + peakOf(lives, d)) };
}

/** Sums of times in another order differ so little, us. */
const ROUNDING_US = 1e-9;

/** The largest sum at any start; what ends at an instant is gone. */
function peakOf(
  lives: readonly { on: number; bytes: number; fromUs: number; toUs: number }[],
  device: number,
): number {
  const own = lives.filter(({ on, bytes }) => on === device && bytes > 0);
  const at = (us: number) =>
    own
      .filter(({ fromUs, toUs }) => fromUs <= us && us < toUs - ROUNDING_US)
      .reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.max(0, ...own.map(({ fromUs }) => at(fromUs)));
}
