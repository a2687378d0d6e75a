/** Pickles for tests, written opcode by opcode in protocol 3, as in Placeto's data sets. */
export class PickleBytes {
  readonly #parts: Uint8Array[] = [Uint8Array.of(0x80, 3)];

  raw(...bytes: readonly number[]): this {
    this.#parts.push(Uint8Array.from(bytes));
    return this;
  }

  ascii(text: string): this {
    this.#parts.push(Buffer.from(text, "latin1"));
    return this;
  }

  /** A text, a number, bytes, a list, a dictionary, null, or a sequence of opcodes. */
  value(content: unknown): this {
    if (content === null) return this.ascii("N");
    if (content instanceof PickledMessage) return this.#message(content);
    if (typeof content === "string") return this.#sized("X", Buffer.from(content, "utf8"));
    if (content instanceof Uint8Array) return this.#sized("B", content);
    if (typeof content === "number") {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(content);
      return this.ascii("G").raw(...bytes);
    }
    if (Array.isArray(content)) {
      this.ascii("](");
      for (const item of content) this.value(item);
      return this.ascii("e");
    }
    this.ascii("}(");
    for (const [key, item] of Object.entries(content as object)) this.value(key).value(item);
    return this.ascii("u");
  }

  end(): Uint8Array {
    return new Uint8Array(Buffer.concat([...this.#parts, Buffer.from(".")]));
  }

  #sized(opcode: string, bytes: Uint8Array): this {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(bytes.length);
    this.ascii(opcode).raw(...size);
    this.#parts.push(bytes);
    return this;
  }

  /**
   * As the Python library of protocol buffers pickles its messages: an empty object, then its bytes
   * as state.
   */
  #message({ module, name, bytes }: PickledMessage): this {
    return this.ascii(`c${module}\n${name}\n)R`).value({ serialized: bytes }).ascii("b");
  }
}

export class PickledMessage {
  readonly module: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  constructor(module: string, name: string, bytes: Uint8Array) {
    this.module = module;
    this.name = name;
    this.bytes = bytes;
  }
}

export const pickled = (content: unknown): Uint8Array => new PickleBytes().value(content).end();
