/**
 * Sizes that exporters write as expressions of other dimensions: `2*batch`, `seq + 1`,
 * `past_length + length`, `floor(height/2)`. Names may contain dots, and hyphens between letters.
 *
 * Post: null for a text that is no expression, or a single name.
 */

export interface DimensionExpression {
  readonly names: readonly string[];
  /** Null where the value is no whole number of at least 0. */
  value(sizeOf: (name: string) => number): number | null;
}

type Evaluate = (sizeOf: (name: string) => number) => number;

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*(?:-[A-Za-z_][\w.]*)*)|(\/\/|[-+*/%(),]))/y;
const LONGEST_TEXT = 400;
const DEEPEST_NESTING = 32;

const functions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  floor: ([value]) => Math.floor(value),
  ceiling: ([value]) => Math.ceil(value),
  ceil: ([value]) => Math.ceil(value),
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
};

const operators: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { "+": (a, b) => a + b, "-": (a, b) => a - b },
  {
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "//": (a, b) => Math.floor(a / b),
    "%": (a, b) => a - b * Math.floor(a / b),
  },
];

export function dimensionExpression(text: string): DimensionExpression | null {
  const tokens = tokensOf(text);
  if (tokens === null || tokens.length < 2) return null;
  const parser = new Parser(tokens);
  const evaluate = parser.sum(0, 0);
  if (evaluate === null || !parser.isAtEnd || parser.names.size === 0) return null;
  return {
    names: [...parser.names],
    value(sizeOf) {
      const size = evaluate(sizeOf);
      return Number.isSafeInteger(size) && size >= 0 ? size : null;
    },
  };
}

function tokensOf(text: string): readonly string[] | null {
  if (text.length > LONGEST_TEXT) return null;
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match === null) return null;
    tokens.push(match[1] ?? match[2] ?? match[3]);
  }
  return tokens;
}

/** Every method gives null where the tokens are no expression. */
class Parser {
  readonly names = new Set<string>();
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Sums at level 0, products at level 1. */
  sum(level: number, depth: number): Evaluate | null {
    if (level === operators.length) return this.#atom(depth);
    let left = this.sum(level + 1, depth);
    while (left !== null && Object.hasOwn(operators[level], this.#tokens[this.#at] ?? "")) {
      const compute = operators[level][this.#tokens[this.#at++]];
      const [a, b] = [left, this.sum(level + 1, depth)];
      left = b === null ? null : (sizeOf) => compute(a(sizeOf), b(sizeOf));
    }
    return left;
  }

  #atom(depth: number): Evaluate | null {
    const token = this.#tokens[this.#at++];
    if (token === undefined || depth > DEEPEST_NESTING) return null;
    if (/^\d/.test(token)) return () => Number(token);
    if (token === "(") {
      const inner = this.sum(0, depth + 1);
      return this.#take(")") ? inner : null;
    }
    if (!/^[A-Za-z_]/.test(token)) return null;
    if (this.#take("(")) return this.#call(token.toLowerCase(), depth);
    this.names.add(token);
    return (sizeOf) => sizeOf(token);
  }

  #call(name: string, depth: number): Evaluate | null {
    if (!Object.hasOwn(functions, name)) return null;
    const given: Evaluate[] = [];
    do {
      const one = this.sum(0, depth + 1);
      if (one === null) return null;
      given.push(one);
    } while (this.#take(","));
    return this.#take(")") ? (sizeOf) => functions[name](given.map((one) => one(sizeOf))) : null;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }
}
