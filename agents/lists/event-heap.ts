/**
 * A binary heap of events {time, kind, id} in typed arrays, earliest first. Equal times are in
 * order of kind, then id, so results do not depend on the order of insertion.
 */
export interface EventHeap {
  readonly size: number;
  push(us: number, kind: number, id: number): void;
  firstUs(): number;
  firstKind(): number;
  firstId(): number;
  drop(): void;
}

export function createEventHeap(): EventHeap {
  let times = new Float64Array(256);
  let kinds = new Int32Array(256);
  let ids = new Int32Array(256);
  let size = 0;

  const goesBefore = (us: number, kind: number, id: number, i: number): boolean => {
    if (us !== times[i]) return us < times[i];
    return kind !== kinds[i] ? kind < kinds[i] : id < ids[i];
  };
  const put = (i: number, us: number, kind: number, id: number): void => {
    times[i] = us;
    kinds[i] = kind;
    ids[i] = id;
  };
  const grow = (): void => {
    const [olderTimes, olderKinds, olderIds] = [times, kinds, ids];
    times = new Float64Array(2 * size);
    kinds = new Int32Array(2 * size);
    ids = new Int32Array(2 * size);
    times.set(olderTimes);
    kinds.set(olderKinds);
    ids.set(olderIds);
  };
  return {
    get size() {
      return size;
    },
    push(us, kind, id) {
      if (size === times.length) grow();
      let i = size++;
      for (; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!goesBefore(us, kind, id, parent)) break;
        put(i, times[parent], kinds[parent], ids[parent]);
        i = parent;
      }
      put(i, us, kind, id);
    },
    firstUs: () => times[0],
    firstKind: () => kinds[0],
    firstId: () => ids[0],
    drop() {
      const last = --size;
      const [us, kind, id] = [times[last], kinds[last], ids[last]];
      let i = 0;
      for (let child = 1; child < size; child = 2 * i + 1) {
        if (child + 1 < size && goesBefore(times[child + 1], kinds[child + 1], ids[child + 1], child))
          child++;
        if (goesBefore(us, kind, id, child)) break;
        put(i, times[child], kinds[child], ids[child]);
        i = child;
      }
      put(i, us, kind, id);
    },
  };
}
