/**
 * `Scanner`: a position in HLO text. White space, ends of lines and comments of C and C++ may
 * stand between any two tokens and are skipped.
 */

import { InputError } from "../../../env/model/errors.ts";

const spaces = /\s+/y;
const plain = /[^\s,"'(){}[\]]+/y;

export class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  /** Whether a token is next. */
  sees(token: string): boolean {
    this.#skip();
    return this.#text.startsWith(token, this.#at);
  }

  /** Takes the token if it is next. */
  has(token: string): boolean {
    const isNext = this.sees(token);
    if (isNext) this.#at += token.length;
    return isNext;
  }

  /** Takes what a sticky pattern matches here; null where it does not. */
  match(pattern: RegExp): RegExpExecArray | null {
    this.#skip();
    return this.adjacent(pattern);
  }

  /** The same, without white space or a comment before it. */
  adjacent(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  /** Whether a sticky pattern matches here. Nothing is taken. */
  matches(pattern: RegExp): boolean {
    this.#skip();
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  /**
   * Takes the value of an attribute: words, strings and groups in brackets that stand next to each
   * other, such as `{1,0}`, `"text"`, `[2,4]<=[8]` or `b01f_01io->b01f`.
   */
  value(): string {
    this.#skip();
    const start = this.#at;
    for (;;) {
      const next = this.#text[this.#at];
      if (next === "{" || next === "(" || next === "[") this.group();
      else if (next === '"') this.#string('"');
      else if (next === "'") this.#string("'");
      else if (this.#text.startsWith("/*", this.#at) || this.adjacent(plain) === null) break;
    }
    return this.#text.slice(start, this.#at);
  }

  /** Takes a group from its opening to its closing bracket, and returns what is between. */
  group(): string {
    this.#skip();
    const start = this.#at;
    let open = 0;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === '"') {
        this.#string('"');
        continue;
      }
      if (character === "/") {
        const end = this.#endOfComment();
        if (end !== null) {
          this.#at = end;
          continue;
        }
      }
      this.#at++;
      if (character === "(" || character === "{" || character === "[") open++;
      else if ((character === ")" || character === "}" || character === "]") && --open === 0)
        return this.#text.slice(start + 1, this.#at - 1);
    }
    this.#at = start;
    throw this.refused(`the bracket "${this.ahead(20)}" has no end`);
  }

  ahead(length: number): string {
    this.#skip();
    return this.#text.slice(this.#at, this.#at + length).split("\n")[0];
  }

  /** A sentence with the line of the next token. */
  refused(reason: string): InputError {
    let line = 1;
    for (let i = this.#text.indexOf("\n"); i !== -1 && i < this.#at; i = this.#text.indexOf("\n", i + 1))
      line++;
    return new InputError(`line ${line}: ${reason}.`);
  }

  #string(quote: string): void {
    for (let end = this.#at + 1; end < this.#text.length; end++) {
      if (this.#text[end] === "\\") end++;
      else if (this.#text[end] === quote) {
        this.#at = end + 1;
        return;
      }
    }
    throw this.refused(`the string ${this.ahead(20)} has no end`);
  }

  #skip(): void {
    for (;;) {
      spaces.lastIndex = this.#at;
      if (spaces.test(this.#text)) this.#at = spaces.lastIndex;
      const end = this.#text[this.#at] === "/" ? this.#endOfComment() : null;
      if (end === null) return;
      this.#at = end;
    }
  }

  /** The position after a comment that begins here; null where none does. */
  #endOfComment(): number | null {
    const isLine = this.#text.startsWith("//", this.#at);
    if (!isLine && !this.#text.startsWith("/*", this.#at)) return null;
    const end = this.#text.indexOf(isLine ? "\n" : "*/", this.#at + 2);
    if (end === -1) return this.#text.length;
    return end + (isLine ? 1 : 2);
  }
}
