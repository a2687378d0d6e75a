/**
 * Message types of protocol buffers as data: for each field its number, its kind and its initial
 * value. One table serves the binary reader (`binary.ts`) and the text reader (`text.ts`). Only
 * fields that an importer uses are declared; readers skip all others.
 */

export type ScalarKind = "int" | "bool" | "float" | "double" | "string" | "bytes";

export interface Field<T> {
  readonly number: number;
  readonly kind: ScalarKind | "message" | "entry";
  readonly repeated: boolean;
  readonly initial: () => T;
  /**
   * Type of a message field, or of the values of a map; a function, because messages contain each
   * other.
   */
  readonly message?: () => MessageType<object>;
  /** Numbers of an enumeration's names, which the text form uses. */
  readonly values?: Readonly<Record<string, number>>;
  /** A list of numbers that is counted completely but kept only in part. */
  readonly counted?: true;
}

export interface MessageType<T extends object> {
  readonly name: string;
  readonly fields: { readonly [K in keyof T]: Field<T[K]> };
}

/** Numbers of a tensor: how many there are, and the first `MOST_KEPT` of them. */
export interface CountedNumbers {
  count: number;
  readonly first: number[];
}

/** Shapes, axes and indices are shorter. Weights are longer, and their values are not used. */
export const MOST_KEPT = 4096;

const scalar = <T>(kind: ScalarKind, number: number, initial: () => T): Field<T> => ({
  number,
  kind,
  repeated: false,
  initial,
});

/** Any of the integer types; those past 2^53 are rounded. */
export const int = (number: number): Field<number> => scalar("int", number, () => 0);
export const bool = (number: number): Field<boolean> => scalar("bool", number, () => false);
export const float = (number: number): Field<number> => scalar("float", number, () => 0);
export const text = (number: number): Field<string> => scalar("string", number, () => "");
/** A view of the file's bytes, never a copy. */
export const bytes = (number: number): Field<Uint8Array> => scalar("bytes", number, () => new Uint8Array(0));

export const enumeration = (number: number, values: Readonly<Record<string, number>>): Field<number> => ({
  ...int(number),
  values,
});

/** Null where the field is missing. */
export const optional = <T>(field: Field<T>): Field<T | null> => ({ ...field, initial: () => null });

export const message = <T extends object>(number: number, type: () => MessageType<T>): Field<T | null> => ({
  number,
  kind: "message",
  repeated: false,
  initial: () => null,
  message: type as unknown as () => MessageType<object>,
});

export const list = <T>(field: Field<T>): Field<readonly NonNullable<T>[]> => ({
  ...field,
  repeated: true,
  initial: () => [],
});

export const counted = (kind: "int" | "float" | "double", number: number): Field<CountedNumbers> => ({
  number,
  kind,
  repeated: true,
  counted: true,
  initial: () => ({ count: 0, first: [] }),
});

/**
 * `map<string, T>`: on the wire a repeated message with the key in field 1 and the value in field
 * 2.
 */
export const mapOf = <T extends object>(
  number: number,
  type: () => MessageType<T>,
): Field<ReadonlyMap<string, T>> => ({
  number,
  kind: "entry",
  repeated: true,
  initial: () => new Map(),
  message: type as unknown as () => MessageType<object>,
});

const tables = new WeakMap<MessageType<object>, ReadonlyMap<number, readonly [string, Field<unknown>]>>();

/** The name and kind of each field, by its number. */
export function fieldsByNumber(
  type: MessageType<object>,
): ReadonlyMap<number, readonly [string, Field<unknown>]> {
  let table = tables.get(type);
  if (table === undefined) {
    const entries = Object.entries(type.fields) as [string, Field<unknown>][];
    table = new Map(entries.map((entry) => [entry[1].number, entry]));
    tables.set(type, table);
  }
  return table;
}

const initials = new WeakMap<MessageType<object>, readonly (readonly [string, () => unknown])[]>();

/** A message without any field set. */
export function emptyMessage<T extends object>(type: MessageType<T>): T {
  const of = type as unknown as MessageType<object>;
  let list = initials.get(of);
  if (list === undefined) {
    const entries = Object.entries(type.fields) as [string, Field<unknown>][];
    list = entries.map(([name, { initial }]) => [name, initial] as const);
    initials.set(of, list);
  }
  const result: Record<string, unknown> = {};
  for (const [name, initial] of list) result[name] = initial();
  return result as T;
}

/** Sets the value of a field, appends it to a list, or counts it. */
export function store(
  target: Record<string, unknown>,
  name: string,
  field: Field<unknown>,
  value: unknown,
): void {
  if (!field.repeated) {
    target[name] = value;
    return;
  }
  if (field.counted === undefined) {
    (target[name] as unknown[]).push(value);
    return;
  }
  const numbers = target[name] as CountedNumbers;
  if (numbers.count++ < MOST_KEPT) numbers.first.push(value as number);
}

const BYTES_OF_A_MESSAGE = 48;
const BYTES_OF_A_FIELD = 24;
const BUDGET_OF_ANY_FILE = 120_000_000;
const BUDGET_OF_A_BYTE = 12;

/**
 * What messages take as objects, by an estimate from their fields. An empty message is two bytes in
 * a file, so a file of empty ones would take a hundred times its bytes. Real ones take some seven
 * times their bytes.
 */
export class MessageBudget {
  #left: number;

  constructor(fileBytes: number) {
    this.#left = Math.max(BUDGET_OF_ANY_FILE, BUDGET_OF_A_BYTE * fileBytes);
  }

  /** Takes one message off the budget; false where none is left. */
  allows(type: MessageType<object>): boolean {
    this.#left -= BYTES_OF_A_MESSAGE + BYTES_OF_A_FIELD * fieldsByNumber(type).size;
    return this.#left >= 0;
  }
}
