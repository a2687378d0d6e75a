/**
 * One colour for each method, the same in every figure of a page. The style sheet holds the colours
 * for light and dark.
 */

export interface MethodColours {
  /** A CSS colour. */
  of(method: string): string;
}

/**
 * Distinct colours in the style sheet; more methods than that share them, and labels tell them
 * apart.
 */
export const COLOUR_COUNT = 12;

export function methodColours(methods: readonly string[]): MethodColours {
  const index = new Map(methods.map((method, i) => [method, i % COLOUR_COUNT]));
  return { of: (method) => `var(--m${index.get(method) ?? 0})` };
}
