/**
 * Tokens of the DOT language, made as they are asked for. Quoted strings that `+` joins are one
 * token. Comments are skipped, and lines that begin with `#`.
 */
import { InputError } from "../../../env/model/errors.ts";

export interface Token {
  readonly kind: "word" | "mark" | "edge" | "end";
  readonly text: string;
  /** Whether it is a string or an HTML label, which is never a keyword. */
  readonly quoted: boolean;
  readonly at: number;
}

const bare =
  /(?<edge>->|--)|(?<mark>[{}[\];,:=+])|(?<word>[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*|-?(?:\.\d+|\d+(?:\.\d*)?))/y;
const spaces = /[\s\ufeff]+/y;

export class DotTokens {
  readonly #text: string;
  #at = 0;
  /** Tokens that were looked at and not yet taken: at most two. */
  readonly #ahead: Token[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  peek(index = 0): Token {
    while (this.#ahead.length <= index) this.#ahead.push(this.#token());
    return this.#ahead[index];
  }

  take(): Token {
    const token = this.peek();
    if (token.kind === "end") throw new InputError("the graph ends before its closing brace.");
    this.#ahead.shift();
    return token;
  }

  skip(count: number): void {
    for (let i = 0; i < count; i++) this.take();
  }

  line(at: number): number {
    let line = 1;
    for (let i = this.#text.indexOf("\n"); i !== -1 && i < at; i = this.#text.indexOf("\n", i + 1)) line++;
    return line;
  }

  #token(): Token {
    this.#skipSpace();
    const at = this.#at;
    const text = this.#text;
    if (at >= text.length) return { kind: "end", text: "the end of the file", quoted: true, at };
    if (text[at] === '"') return { kind: "word", text: this.#strings(), quoted: true, at };
    if (text[at] === "<") {
      this.#at = endOfHtml(text, at);
      return { kind: "word", text: text.slice(at, this.#at), quoted: true, at };
    }
    bare.lastIndex = at;
    const { edge, mark, word } = bare.exec(text)?.groups ?? {};
    const found = edge ?? mark ?? word;
    if (found === undefined)
      throw new InputError(`line ${this.line(at)}: "${text.slice(at, at + 20).trim()}" is no DOT.`);
    this.#at = bare.lastIndex;
    return {
      kind: word !== undefined ? "word" : edge !== undefined ? "edge" : "mark",
      text: found,
      quoted: false,
      at,
    };
  }

  /** A quoted string, and those that `+` joins to it. */
  #strings(): string {
    let joined = this.#string();
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] !== "+") return joined;
      this.#at++;
      this.#skipSpace();
      if (this.#text[this.#at] !== '"')
        throw new InputError(`line ${this.line(this.#at)}: expected a string in quotes after "+".`);
      joined += this.#string();
    }
  }

  #string(): string {
    const start = this.#at + 1;
    for (let end = this.#text.indexOf('"', start); end !== -1; end = this.#text.indexOf('"', end + 1)) {
      if (isEscaped(this.#text, end, start)) continue;
      this.#at = end + 1;
      const raw = this.#text.slice(start, end);
      return raw.includes("\\") ? raw.replace(/\\\r?\n/g, "").replace(/\\"/g, '"') : raw;
    }
    const shown = this.#text.slice(start - 1, start + 19).trim();
    throw new InputError(`line ${this.line(start)}: the string ${shown} has no end.`);
  }

  #skipSpace(): void {
    for (;;) {
      spaces.lastIndex = this.#at;
      if (spaces.test(this.#text)) this.#at = spaces.lastIndex;
      const end = this.#endOfComment();
      if (end === null) return;
      this.#at = end;
    }
  }

  /** The position after a comment that begins here; null where none does. */
  #endOfComment(): number | null {
    const [text, at] = [this.#text, this.#at];
    const isLine = text.startsWith("//", at) || (text[at] === "#" && (at === 0 || text[at - 1] === "\n"));
    if (isLine) {
      const end = text.indexOf("\n", at);
      return end === -1 ? text.length : end;
    }
    if (!text.startsWith("/*", at)) return null;
    const end = text.indexOf("*/", at + 2);
    if (end === -1) throw new InputError(`line ${this.line(at)}: a comment has no end.`);
    return end + 2;
  }
}

/** Whether an odd number of backslashes stands before a position. */
function isEscaped(text: string, at: number, start: number): boolean {
  let first = at;
  while (first > start && text[first - 1] === "\\") first--;
  return (at - first) % 2 === 1;
}

/** The position after the bracket that closes an HTML label. */
function endOfHtml(text: string, start: number): number {
  let open = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "<") open++;
    else if (text[i] === ">" && --open === 0) return i + 1;
  }
  throw new InputError("an HTML label has no end.");
}
