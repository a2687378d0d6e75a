/**
 * Arguments of an FX node, from the text that Python prints of them: `(x, [h0, c0], True, 1)` or
 * `{'dim': 1}`. Words that are inputs of the node are references to nodes; all other words, such as
 * `torch.float32`, are kept as words.
 */

export interface NodeRef {
  readonly node: string;
}
export interface Word {
  readonly word: string;
}
export type Argument = number | string | boolean | null | NodeRef | Word | readonly Argument[];

const DEEPEST = 32;
const LONGEST = 1_000_000;
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export const isRef = (argument: Argument | undefined): argument is NodeRef =>
  typeof argument === "object" && argument !== null && "node" in argument;

export const isList = (argument: Argument | undefined): argument is readonly Argument[] =>
  Array.isArray(argument);

/** All references in an argument, in order and with repeats. */
export function refsIn(argument: Argument): readonly string[] {
  if (isRef(argument)) return [argument.node];
  return isList(argument) ? argument.flatMap(refsIn) : [];
}

/** Null for a text that is no tuple, list or dict that Python prints. */
export function readArguments(text: string, inputs: ReadonlySet<string>): readonly Argument[] | null {
  const start = text.trimStart();
  if (text.length > LONGEST || !(start[0] in CLOSING)) return null;
  const reader = new ArgumentReader(start, inputs);
  const list = reader.list(0);
  return reader.isAtEnd() ? list : null;
}

class ArgumentReader {
  readonly #text: string;
  readonly #inputs: ReadonlySet<string>;
  #at = 0;

  constructor(text: string, inputs: ReadonlySet<string>) {
    this.#text = text;
    this.#inputs = inputs;
  }

  isAtEnd(): boolean {
    return this.#text.slice(this.#at).trim() === "";
  }

  /** From an opening bracket to behind the closing one; null where the text is none. */
  list(depth: number): readonly Argument[] | null {
    const closing = CLOSING[this.#text[this.#at++]];
    if (depth > DEEPEST) return null;
    const items: Argument[] = [];
    for (;;) {
      this.#skip(/[\s,]*/y);
      if (this.#text[this.#at] === closing) {
        this.#at++;
        return items;
      }
      const item = this.#item(depth);
      if (item === undefined) return null;
      this.#skip(/\s*/y);
      // A key of a dict, or the name of an argument, tells nothing about tensors.
      if (this.#skip(/[:=](?!=)/y) === "") items.push(item);
    }
  }

  #item(depth: number): Argument | undefined {
    const next = this.#text[this.#at];
    if (next === undefined) return undefined;
    if (next in CLOSING) return this.list(depth + 1) ?? undefined;
    const quoted = this.#skip(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y);
    if (quoted !== "") return quoted.slice(1, -1);
    const angled = this.#skip(/<[^<>]*>/y);
    if (angled !== "") return { word: angled };
    const word = this.#skip(/[^\s,()[\]{}:='"<>]+/y);
    if (word === "") return undefined;
    // What a word is made of, such as `slice(None, x, None)`, may refer to nodes.
    if (this.#text[this.#at] === "(") return this.list(depth + 1) ?? undefined;
    return this.#meaning(word);
  }

  #meaning(word: string): Argument {
    if (this.#inputs.has(word)) return { node: word };
    if (word === "None") return null;
    if (word === "True" || word === "False") return word === "True";
    const number = Number(word);
    return Number.isNaN(number) ? { word } : number;
  }

  /** What matches here, and moves behind it. */
  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
