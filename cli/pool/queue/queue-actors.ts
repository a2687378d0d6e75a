/**
 * Workers of a queue that simulate plans for a training. Each share of an update is a job of its
 * own. A share that nobody waits for any more is taken back.
 */
import { randomUUID } from "node:crypto";
import type { PlanScore } from "../../../env/sim/evaluator/scored-ahead.ts";
import { type Actors, type ScoreRequest, toldOf } from "../../../results/training/actors/contract.ts";
import type { QueueAddress } from "./address.ts";
import { type GivenJobs, openJobs } from "./given-jobs.ts";
import type { ShareJob } from "./messages.ts";

export interface QueueActorsParts {
  readonly address: QueueAddress;
  readonly versions: ShareJob["versions"];
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface QueueActors extends Pick<Actors, "score">, Pick<GivenJobs, "workerCount"> {
  close(): Promise<void>;
}

export async function openQueueActors({
  address,
  versions,
  note,
  signal,
}: QueueActorsParts): Promise<QueueActors> {
  const jobs = await openJobs(address, note);
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  const run = randomUUID();
  const asked = new Set<Promise<unknown>>();
  let count = 0;
  const answered = async (share: ScoreRequest): Promise<readonly PlanScore[] | null> => {
    const told = `plans of ${toldOf(share)}`;
    const id = `share-${run}-${++count}`;
    const data = { share, versions };
    const answer = await jobs.answerTo({ kind: "share", id, data, told, signal: stop });
    if (answer.kind !== "scores") throw new Error(`A worker answered plans with "${answer.kind}".`);
    return answer.scores;
  };
  return {
    workerCount: jobs.workerCount,
    score(share) {
      const answer = answered(share);
      asked.add(answer);
      return answer.finally(() => asked.delete(answer));
    },
    async close() {
      ended.abort();
      await Promise.allSettled(asked);
      await jobs.close();
    },
  };
}
