/**
 * Binary protocol buffers by the tables of `schema.ts`, over the wire reader of
 * `@bufbuild/protobuf`.
 *
 * Pre: none; the bytes may be anything. Post: a message, or an `InputError` with the damaged
 * message and the position of the byte. Memory is in proportion to the file: byte fields are views,
 * numbers of tensors are counted, nesting is limited.
 */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { InputError } from "../../../env/model/errors.ts";
import {
  type CountedNumbers,
  emptyMessage,
  type Field,
  fieldsByNumber,
  MessageBudget,
  type MessageType,
  MOST_KEPT,
  type ScalarKind,
  store,
} from "./schema.ts";

const DEEPEST_NESTING = 64;

export function readBinary<T extends object>(type: MessageType<T>, bytes: Uint8Array): T {
  return new BinaryMessages(bytes).read(type);
}

class BinaryMessages {
  readonly #bytes: Uint8Array;
  readonly #wire: BinaryReader;
  /** The message that is being read, for errors. */
  #message = "";
  readonly #budget: MessageBudget;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#wire = new BinaryReader(bytes);
    this.#budget = new MessageBudget(bytes.length);
  }

  read<T extends object>(type: MessageType<T>): T {
    try {
      return this.#readMessage(type as unknown as MessageType<object>, this.#bytes.length, 0) as T;
    } catch (error) {
      // The wire reader throws RangeError and Error for damaged bytes, and nothing else.
      if (error instanceof InputError || !(error instanceof Error)) throw error;
      throw this.#damaged(error.message);
    }
  }

  #damaged(reason: string): InputError {
    const at = Math.min(this.#wire.pos, this.#bytes.length);
    return new InputError(`the file is damaged: message ${this.#message}, byte ${at}: ${reason}.`);
  }

  #readMessage(type: MessageType<object>, end: number, depth: number): object {
    this.#message = type.name;
    if (!this.#budget.allows(type)) throw this.#damaged("nearly all of its messages are empty");
    if (depth > DEEPEST_NESTING) throw this.#damaged(`nested more than ${DEEPEST_NESTING} messages deep`);
    const fields = fieldsByNumber(type);
    const result = emptyMessage(type) as Record<string, unknown>;
    while (this.#wire.pos < end) {
      this.#message = type.name;
      const [number, wireType] = this.#wire.tag();
      const field = fields.get(number);
      if (field === undefined) this.#wire.skip(wireType, number);
      else this.#readField(result, field, wireType, end, depth);
      if (this.#wire.pos > end) throw this.#damaged(`field ${number} runs past the message's end`);
    }
    return result;
  }

  #readField(
    target: Record<string, unknown>,
    [name, field]: readonly [string, Field<unknown>],
    wireType: WireType,
    end: number,
    depth: number,
  ): void {
    const { kind } = field;
    if (kind === "message" || kind === "entry") {
      this.#expect(name, wireType, WireType.LengthDelimited);
      const inner = field.message!();
      const innerEnd = this.#lengthEnd(end);
      if (kind === "message") store(target, name, field, this.#readMessage(inner, innerEnd, depth + 1));
      else this.#readEntry(target[name] as Map<string, object>, inner, innerEnd, depth + 1);
      return;
    }
    const isPacked = field.repeated && kind !== "string" && kind !== "bytes";
    if (isPacked && wireType === WireType.LengthDelimited) {
      this.#readPacked(target, name, field, this.#lengthEnd(end));
      return;
    }
    this.#expect(name, wireType, wireTypeOf[kind]);
    store(target, name, field, this.#readScalar(kind));
  }

  #readEntry(map: Map<string, object>, type: MessageType<object>, end: number, depth: number): void {
    let key = "";
    let value: object | undefined;
    while (this.#wire.pos < end) {
      const [number, wireType] = this.#wire.tag();
      if (number === 1 && wireType === WireType.LengthDelimited) key = this.#wire.string();
      else if (number === 2 && wireType === WireType.LengthDelimited)
        value = this.#readMessage(type, this.#lengthEnd(end), depth);
      else this.#wire.skip(wireType, number);
      if (this.#wire.pos > end) throw this.#damaged("a map's entry runs past its end");
    }
    map.set(key, value ?? emptyMessage(type));
  }

  /**
   * Packed numbers, without tags between them. The first of counted numbers are decoded, the others
   * skipped.
   */
  #readPacked(target: Record<string, unknown>, name: string, field: Field<unknown>, end: number): void {
    const kind = field.kind as ScalarKind;
    const most = field.counted === undefined ? Number.POSITIVE_INFINITY : MOST_KEPT;
    for (let read = 0; this.#wire.pos < end && read < most; read++)
      store(target, name, field, this.#readScalar(kind));
    if (this.#wire.pos < end) {
      const rest = this.#bytes.subarray(this.#wire.pos, end);
      const count = kind === "int" ? countVarints(rest) : rest.length / (kind === "float" ? 4 : 8);
      if (!Number.isInteger(count)) throw this.#damaged(`${name} ends within a number`);
      (target[name] as CountedNumbers).count += count;
      this.#wire.pos = end;
    }
    if (this.#wire.pos > end) throw this.#damaged(`${name} ends within a number`);
  }

  #readScalar(kind: ScalarKind): unknown {
    switch (kind) {
      case "int":
        return Number(this.#wire.int64());
      case "bool":
        return this.#wire.bool();
      case "float":
        return this.#wire.float();
      case "double":
        return this.#wire.double();
      case "string":
        return this.#wire.string();
      case "bytes":
        return this.#wire.bytes();
    }
  }

  /** Reads a length and returns the position where the measured part ends, at most `end`. */
  #lengthEnd(end: number): number {
    const length = this.#wire.uint32();
    if (length > end - this.#wire.pos)
      throw this.#damaged(`a length of ${length} bytes where ${Math.max(0, end - this.#wire.pos)} are left`);
    return this.#wire.pos + length;
  }

  #expect(name: string, found: WireType, expected: WireType): void {
    if (found !== expected) throw this.#damaged(`${name} has wire type ${found}, expected ${expected}`);
  }
}

const wireTypeOf: Readonly<Record<ScalarKind, WireType>> = {
  int: WireType.Varint,
  bool: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
};

function countVarints(bytes: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] < 0x80) count++;
  return count;
}
