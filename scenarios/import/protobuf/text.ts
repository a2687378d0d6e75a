/**
 * The text form of protocol buffers (`.pbtxt`), which `text_format` of Google's libraries prints,
 * by the tables of `schema.ts`. Written after the "Text Format Language Specification"
 * (protobuf.dev/reference/protobuf/textformat-spec).
 *
 * Pre: none; the text may be anything. Post: a message, or an `InputError` with the wrong line.
 * Fields that the table does not declare are skipped, with any content.
 */
import { InputError } from "../../../env/model/errors.ts";
import {
  emptyMessage,
  type Field,
  MessageBudget,
  type MessageType,
  type ScalarKind,
  store,
} from "./schema.ts";
import { type Token, tokensOf, unquoted } from "./text-tokens.ts";

const DEEPEST_NESTING = 64;

export function readText<T extends object>(type: MessageType<T>, text: string): T {
  return new TextMessages(text).read(type);
}

class TextMessages {
  readonly #tokens: Generator<Token>;
  #next: Token;
  readonly #budget: MessageBudget;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#budget = new MessageBudget(text.length);
    this.#next = this.#tokens.next().value as Token;
  }

  read<T extends object>(type: MessageType<T>): T {
    const result = this.#readFields(type as unknown as MessageType<object>, "", 0);
    return result as T;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== "end") this.#next = this.#tokens.next().value as Token;
    return token;
  }

  #wrong(expected: string): InputError {
    const { kind, text, line } = this.#next;
    const found = kind === "end" ? "the end of the file" : JSON.stringify(text.slice(0, 40));
    return new InputError(`line ${line}: found ${found}, expected ${expected}.`);
  }

  #skipped(text: string): boolean {
    if (this.#next.kind !== "mark" || this.#next.text !== text) return false;
    this.#take();
    return true;
  }

  /**
   * Reads fields up to the mark that closes their message, or to the end of the file where `close`
   * is empty.
   */
  #readFields(type: MessageType<object> | null, close: string, depth: number): object {
    if (type !== null && !this.#budget.allows(type))
      throw this.#wrong("messages that are not nearly all empty");
    if (depth > DEEPEST_NESTING) throw this.#wrong(`at most ${DEEPEST_NESTING} messages in each other`);
    const result = (type === null ? {} : emptyMessage(type)) as Record<string, unknown>;
    for (;;) {
      if (close === "" ? this.#next.kind === "end" : this.#skipped(close)) return result;
      const name = this.#readName();
      // biome-ignore format: one line says what is looked up
      const field = type !== null && Object.hasOwn(type.fields, name) ? (type.fields as Record<string, Field<unknown>>)[name] : null;
      this.#readValues(result, name, field, depth);
      while (this.#skipped(",") || this.#skipped(";"));
    }
  }

  #readName(): string {
    if (this.#skipped("[")) {
      let name = "[";
      while (!this.#skipped("]")) {
        if (this.#next.kind === "end") throw this.#wrong('"]"');
        name += this.#take().text;
      }
      return `${name}]`;
    }
    if (this.#next.kind !== "word") throw this.#wrong("a field's name");
    return this.#take().text;
  }

  #readValues(
    target: Record<string, unknown>,
    name: string,
    field: Field<unknown> | null,
    depth: number,
  ): void {
    const colon = this.#skipped(":");
    if (this.#skipped("[")) {
      if (this.#skipped("]")) return;
      do this.#readValue(target, name, field, true, depth);
      while (this.#skipped(","));
      if (!this.#skipped("]")) throw this.#wrong('"," or "]"');
      return;
    }
    this.#readValue(target, name, field, colon, depth);
  }

  #readValue(
    target: Record<string, unknown>,
    name: string,
    field: Field<unknown> | null,
    mayBeScalar: boolean,
    depth: number,
  ): void {
    const close = this.#skipped("{") ? "}" : this.#skipped("<") ? ">" : null;
    if (close !== null) {
      this.#readBraces(target, name, field, close, depth + 1);
      return;
    }
    if (!mayBeScalar) throw this.#wrong(`":" or "{" after ${name}`);
    const { kind } = this.#next;
    if (kind !== "word" && kind !== "number" && kind !== "string") throw this.#wrong(`a value of ${name}`);
    if (field === null) this.#skipScalar();
    else if (field.kind === "message" || field.kind === "entry") throw this.#wrong(`"{" after ${name}`);
    else store(target, name, field, this.#readScalar(name, field, field.kind));
  }

  #readBraces(
    target: Record<string, unknown>,
    name: string,
    field: Field<unknown> | null,
    close: string,
    depth: number,
  ): void {
    if (field === null) {
      this.#readFields(null, close, depth);
      return;
    }
    if (field.kind === "message") {
      store(target, name, field, this.#readFields(field.message!(), close, depth));
      return;
    }
    if (field.kind !== "entry") throw this.#wrong(`a value of ${name} instead of a message`);
    const value = field.message!();
    const { key, value: held } = this.#readFields(entryOf(value), close, depth) as {
      readonly key: string;
      readonly value: object | null;
    };
    (target[name] as Map<string, object>).set(key, held ?? emptyMessage(value));
  }

  #skipScalar(): void {
    if (this.#take().kind === "string") while (this.#next.kind === "string") this.#take();
  }

  #readScalar(name: string, field: Field<unknown>, kind: ScalarKind): unknown {
    const { kind: found, text } = this.#next;
    if (kind === "string" || kind === "bytes") {
      if (found !== "string") throw this.#wrong(`a quoted text as ${name}`);
      const parts: Uint8Array[] = [];
      while (this.#next.kind === "string") parts.push(unquoted(this.#take()));
      const joined = Buffer.concat(parts);
      return kind === "bytes" ? joined : joined.toString("utf8");
    }
    if (kind === "bool") {
      const isTrue = /^(true|True|t|1)$/.test(text);
      if (!isTrue && !/^(false|False|f|0)$/.test(text)) throw this.#wrong(`true or false as ${name}`);
      this.#take();
      return isTrue;
    }
    const value = field.values?.[text] ?? numberOf(text);
    if (found === "string" || Number.isNaN(value)) {
      if (!/^-?nan$/i.test(text)) throw this.#wrong(`a number as ${name}`);
    }
    this.#take();
    return value;
  }
}

/** The message that stands for one entry of a map. */
function entryOf(value: MessageType<object>): MessageType<object> {
  const fields: Record<string, Field<unknown>> = {
    key: { number: 1, kind: "string", repeated: false, initial: () => "" },
    value: { number: 2, kind: "message", repeated: false, initial: () => null, message: () => value },
  };
  return { name: `${value.name}Entry`, fields } as MessageType<object>;
}

function numberOf(text: string): number {
  if (/^-?inf(inity)?f?$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const digits = text.replace(/^-/, "");
  const isOctal = /^0[0-7]+$/.test(digits);
  const plain = /^0x/i.test(digits) ? digits : digits.replace(/f$/i, "");
  const value = isOctal ? Number.parseInt(digits, 8) : Number(plain);
  return text.startsWith("-") ? -value : value;
}
