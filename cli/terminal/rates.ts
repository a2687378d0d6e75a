/** How fast several counts grow, over the last seconds. No clock is read here. */

export interface Rates {
  /** The counts at a time. Answers growth per second of each, null before two times differ. */
  at(seconds: number, counts: readonly number[]): readonly number[] | null;
}

const WINDOW_SECONDS = 10;

export function startRates(): Rates {
  const marks: { readonly seconds: number; readonly counts: readonly number[] }[] = [];
  return {
    at(seconds, counts) {
      marks.push({ seconds, counts });
      while (marks.length > 2 && marks[1].seconds <= seconds - WINDOW_SECONDS) marks.shift();
      const [first] = marks;
      const passed = seconds - first.seconds;
      return passed > 0 ? counts.map((count, i) => (count - first.counts[i]) / passed) : null;
    },
  };
}

/** `0.42`, `12.3`, `1,840`. */
export function rateText(rate: number): string {
  if (rate < 10) return rate.toFixed(2);
  return rate < 100 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en-US");
}
