/**
 * CPU time in units of a fixed computation. A limit in such units means the same on a slow machine
 * and on a busy one, where seconds do not. One yardstick takes about 10 ms on a machine of 2024.
 */
const STEPS = 14_000_000;
const ATTEMPTS = 5;

let unitUs: number | null = null;

/** Starts to count; the function that it returns tells the yardsticks of this process since. */
export function countYardsticks(): () => number {
  const unit = unitUs ?? Math.min(...Array.from({ length: ATTEMPTS }, measuredUs));
  unitUs = unit;
  const startUs = cpuUs();
  return () => (cpuUs() - startUs) / unit;
}

function measuredUs(): number {
  const startUs = cpuUs();
  const sum = yardstick();
  // The result is used, so that the compiler keeps the loop.
  return cpuUs() - startUs + 0 * sum;
}

/** Integer arithmetic and scattered access to 64 KiB. */
function yardstick(): number {
  const table = new Uint32Array(1 << 14);
  let state = 1;
  for (let step = 0; step < STEPS; step++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    table[state >>> 18] += state & 255;
  }
  return table[state >>> 18];
}

/** User and system time of this process. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
