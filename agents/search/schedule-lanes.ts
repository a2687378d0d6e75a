/**
 * When each device is busy, for schedulers that may fill the gaps that earlier decisions left (insertion, after Topcuoglu, Hariri, Wu,
 * IEEE TPDS 2002).
 */
/** The busy times of one device, in order and without overlap. */
export interface Lane {
  earliestStart(readyUs: number, runUs: number): number;
  occupy(startUs: number, endUs: number): void;
}

export function createLane(): Lane {
  const starts: number[] = [];
  const ends: number[] = [];

  /** First interval that ends after `timeUs`. */
  const firstEndingAfter = (timeUs: number): number => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] > timeUs) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return {
    earliestStart(readyUs, runUs) {
      let start = readyUs;
      for (let i = firstEndingAfter(readyUs); i < starts.length; i++) {
        if (start + runUs <= starts[i]) return start;
        start = Math.max(start, ends[i]);
      }
      return start;
    },
    occupy(startUs, endUs) {
      const at = firstEndingAfter(startUs);
      starts.splice(at, 0, startUs);
      ends.splice(at, 0, endUs);
    },
  };
}
