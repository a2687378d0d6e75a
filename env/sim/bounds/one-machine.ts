/**
 * A one-machine bound for an op's neighbours, which are each done here, on the op's own device, or elsewhere. Used forwards for
 * producers and backwards for consumers.
 */

/** Most neighbours whose one-machine schedule is worth looking at; fewer leave a smaller bound. */
const MOST_LOCAL = 24;

/**
 * The least time at which all neighbours of an op can be done, each here or elsewhere: elsewhere at `remoteUs`; here one after
 * the other, from `releaseUs` for `occupiedUs` each.
 */
export function createOneMachine(capacity: number) {
  const remote = new Float64Array(capacity);
  const release = new Float64Array(capacity);
  const occupied = new Float64Array(capacity);
  const order: number[] = [];
  const here: number[] = [];
  let count = 0;

  /** The end of the one-machine schedule of those here; `here` is sorted by release. */
  const endUs = (): number => {
    let end = Number.NEGATIVE_INFINITY;
    for (const k of here) end = Math.max(end, release[k]) + occupied[k];
    return end;
  };
  return {
    clear() {
      count = 0;
    },
    add(remoteUs: number, releaseUs: number, occupiedUs: number) {
      remote[count] = remoteUs;
      release[count] = releaseUs;
      occupied[count++] = occupiedUs;
    },
    leastUs(): number {
      let least = 0;
      for (let k = 0; k < count; k++) least = Math.max(least, Math.min(remote[k], release[k] + occupied[k]));
      if (count < 2) return least;
      order.length = 0;
      for (let k = 0; k < count; k++) order.push(k);
      order.sort((a, b) => remote[b] - remote[a]);
      here.length = 0;
      let together = remote[order[0]];
      for (let i = 0; i < Math.min(count, MOST_LOCAL); i++) {
        if (together <= least) return least;
        let at = here.length;
        while (at > 0 && release[here[at - 1]] > release[order[i]]) at--;
        here.splice(at, 0, order[i]);
        const end = endUs();
        const next = i + 1 < count ? remote[order[i + 1]] : Number.NEGATIVE_INFINITY;
        const last = i + 1 === Math.min(count, MOST_LOCAL);
        together = Math.min(together, last ? end : Math.max(end, next));
        if (end >= together) break;
      }
      return Math.max(least, together);
    },
  };
}
