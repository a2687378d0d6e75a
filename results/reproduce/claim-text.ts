/** Numbers of a claim as text, the same in the terminal, on the page and in docs/reproduce.md. */
import type { Claim } from "./contract.ts";

/** `0.812 [0.790, 0.840]`; one number where the interval has no width, `-` where there is none. */
export function measuredText({ measured }: Pick<Claim, "measured">): string {
  if (measured === null) return "-";
  const { value, low, high } = measured;
  const [middle, from, to] = [value, low, high].map(numberText);
  return from === to ? middle : `${middle} [${from}, ${to}]`;
}

/** Four digits that count, more where a number is large. */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", {
    minimumFractionDigits: Math.min(digits, 6),
    maximumFractionDigits: Math.min(digits, 6),
  });
}

/** The marks of a source in tables: what is from memory of a paper says so. */
export const sourceText = ({ source }: Pick<Claim, "source">): string =>
  source === "from memory" ? "from memory, not checked" : source;

export const seedsText = ({ seeds }: Pick<Claim, "seeds">): string =>
  `${seeds} ${seeds === 1 ? "seed" : "seeds"}`;
