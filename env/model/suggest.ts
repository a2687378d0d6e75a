/**
 * "Did you mean": the known word nearest to a mistyped one, for ids of envs, methods and scenarios,
 * and for names of options. The edit distance counts neighbouring letters swapped as one edit
 * (Damerau-Levenshtein, optimal string alignment).
 */

/** `a, b or c`. */
export function alternatives(choices: readonly string[]): string {
  if (choices.length < 2) return choices.join("");
  return `${choices.slice(0, -1).join(", ")} or ${choices[choices.length - 1]}`;
}

/** ` Did you mean "x"?` where a known word is near enough, else an empty string. */
export function didYouMean(given: string, known: readonly string[]): string {
  const word = nearest(given, known);
  return word === undefined ? "" : ` Did you mean "${word}"?`;
}

/**
 * The sentence for a name that is not there. A near miss gets one suggestion, any other name the
 * first few of what there is, and where to see all:
 *
 *     suite "strat" is not known. Did you mean "start"?
 *     suite "x" is not known; there are start, default, toy and 8 more ("list suites").
 */
export function notKnown(
  what: string,
  given: string,
  known: readonly string[],
  { all, also }: { readonly all?: string; readonly also?: string } = {},
): string {
  const guess = didYouMean(given, known);
  if (guess !== "") return `${what} "${given}" is not known.${guess}`;
  const shown = known.length <= MOST_SHOWN ? known : known.slice(0, FEW_SHOWN);
  const left = known.length - shown.length;
  const more = left === 0 ? "" : ` and ${left} more`;
  const where = all === undefined ? "" : ` (${all})`;
  return `${what} "${given}" is not known; there are ${shown.join(", ")}${more}${where}${also ?? ""}.`;
}

const MOST_SHOWN = 16;
const FEW_SHOWN = 8;

/**
 * The nearest of `known`, or undefined where none is near enough. A word that begins with `given`
 * always is.
 */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(given.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const word of known) {
    const distance = editDistance(given.toLowerCase(), word.toLowerCase());
    if (distance >= bestDistance) continue;
    best = word;
    bestDistance = distance;
  }
  return best ?? known.find((word) => given.length >= 3 && word.startsWith(given));
}

function editDistance(a: string, b: string): number {
  let beforeLast = new Int32Array(b.length + 1);
  let last = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = new Int32Array(b.length + 1);
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const substitute = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, substitute);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
