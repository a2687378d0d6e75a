/**
 * Wave synchronous parallel (HetPipe; Park et al., USENIX ATC 2020): virtual workers of different
 * pace that share weights. A wave is the Nm mini-batches that a worker has in flight. After each
 * wave a worker pushes one update to the parameter servers. Mini-batches of a worker start in
 * order.
 *
 * - Local: a mini-batch starts when the one Nm before it has ended.
 * - Global: the last mini-batch of wave c starts when all workers have pushed wave c - D - 1. The
 *   others of the wave need nothing more: that is the clock distance D.
 *
 * So a mini-batch misses at most (D + 1) Nm + Nm - 2 of the mini-batches before it.
 */
import type { WorkerPace } from "./worker-pipeline.ts";

export interface WaveWorker extends WorkerPace {
  /** Time from the end of a wave until its update is with the parameter servers. */
  readonly pushUs: number;
}

export interface WaveSetting {
  /** Mini-batches in flight in each worker, Nm. */
  readonly inFlight: number;
  /** Clock distance, D. */
  readonly distance: number;
}

export interface WaveRun {
  /** Most mini-batches before one, of any worker, that its weights miss at its start. */
  readonly staleness: number;
  /** Time for one mini-batch of all workers together, over the second half of the waves. */
  readonly batchUs: number;
  /** Time in which a worker could have started a mini-batch and waited for others. */
  readonly waitedUs: Float64Array;
}

/** Most mini-batches that a mini-batch's weights may miss, in mini-batches. */
export function stalenessBound({ inFlight, distance }: WaveSetting): number {
  return (distance + 1) * inFlight + inFlight - 2;
}

export function runWaves(workers: readonly WaveWorker[], setting: WaveSetting, waves: number): WaveRun {
  const { inFlight, distance } = setting;
  const count = waves * inFlight;
  const endUs = workers.map(() => new Float64Array(count));
  /** When the update of each wave is with the parameter servers. */
  const pushedUs = workers.map(() => new Float64Array(waves));
  const startUs = workers.map(() => new Float64Array(count));
  const waitedUs = new Float64Array(workers.length);
  for (let wave = 0; wave < waves; wave++) {
    const needed = wave - distance - 1;
    const gateUs = needed < 0 ? 0 : Math.max(...pushedUs.map((pushed) => pushed[needed]));
    workers.forEach(({ periodUs, latencyUs, pushUs }, w) => {
      for (let batch = wave * inFlight; batch < (wave + 1) * inFlight; batch++) {
        const couldUs = Math.max(
          batch === 0 ? 0 : startUs[w][batch - 1],
          batch < inFlight ? 0 : endUs[w][batch - inFlight],
        );
        const isLast = batch === (wave + 1) * inFlight - 1;
        const start = isLast ? Math.max(couldUs, gateUs) : couldUs;
        waitedUs[w] += start - couldUs;
        startUs[w][batch] = start;
        endUs[w][batch] = Math.max(start + latencyUs, batch === 0 ? 0 : endUs[w][batch - 1] + periodUs);
      }
      pushedUs[w][wave] = endUs[w][(wave + 1) * inFlight - 1] + pushUs;
    });
  }
  return { staleness: mostMissing(startUs, pushedUs, inFlight), batchUs: longRun(endUs), waitedUs };
}

/** Over all workers and mini-batches, those before it that some worker had not pushed. */
function mostMissing(
  startUs: readonly Float64Array[],
  pushedUs: readonly Float64Array[],
  inFlight: number,
): number {
  let most = 0;
  startUs.forEach((starts, w) => {
    const pushed = new Int32Array(pushedUs.length);
    starts.forEach((us, batch) => {
      let known = batch;
      pushedUs.forEach((times, other) => {
        if (other === w) return;
        while (pushed[other] < times.length && times[pushed[other]] <= us) pushed[other]++;
        known = Math.min(known, pushed[other] * inFlight);
      });
      most = Math.max(most, batch - known);
    });
  });
  return most;
}

function longRun(endUs: readonly Float64Array[]): number {
  const count = endUs[0].length;
  const half = Math.floor(count / 2);
  let perUs = 0;
  for (const ends of endUs) perUs += (count - half) / (ends[count - 1] - ends[half - 1]);
  return 1 / perUs;
}
