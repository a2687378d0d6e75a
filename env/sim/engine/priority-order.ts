/**
 * What a plan's `opPriority` means: an order of all ops, lowest first, op id breaking ties. It says
 * which op follows which on a device.
 */

/**
 * The ops in order. Planners give positions 0..n-1, from which the order is read; other priorities
 * are sorted.
 */
export function priorityOrder(opPriority: Float64Array): Int32Array {
  const count = opPriority.length;
  const order = new Int32Array(count).fill(-1);
  for (let v = 0; v < count; v++) {
    const position = opPriority[v];
    if (!(position >= 0 && position < count) || !Number.isInteger(position) || order[position] !== -1)
      return sorted(opPriority);
    order[position] = v;
  }
  return order;
}

function sorted(opPriority: Float64Array): Int32Array {
  return Int32Array.from(opPriority.keys()).sort((a, b) => opPriority[a] - opPriority[b] || a - b);
}

/** The position of each op in the order. */
export function priorityRanks(opPriority: Float64Array): Int32Array {
  const rank = new Int32Array(opPriority.length);
  priorityOrder(opPriority).forEach((v, position) => {
    rank[v] = position;
  });
  return rank;
}

/** Which op follows each op on its device, -1 for none. */
export function successors(device: Int32Array, opPriority: Float64Array): Int32Array {
  const next = new Int32Array(device.length).fill(-1);
  const last: number[] = [];
  for (const v of priorityOrder(opPriority)) {
    const before = last[device[v]];
    if (before !== undefined) next[before] = v;
    last[device[v]] = v;
  }
  return next;
}
