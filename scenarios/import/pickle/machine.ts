/**
 * A machine for Python's pickles, protocols 0 to 5, that executes no code. It moves data between a
 * stack and a memo, and makes only what values.ts lists. Written after the opcode table of Python's
 * own `pickletools`.
 *
 * Pre: none; the bytes may be anything. Post: the value, or an `InputError` with the position of
 * the wrong byte. Every opcode needs memory in proportion to its own bytes, so the whole pickle
 * does too. Shared parts stay shared.
 */
import { InputError } from "../../../env/model/errors.ts";
import { itemsOf, made, named, PyObject, PyTuple, type Spend } from "./values.ts";

const MARK = Symbol("mark");
const LONGEST_NUMBER = 64;
const LONGEST_LINE = 1 << 16;
/** Python empties its stack every thousand items. */
const TALLEST_STACK = 1 << 20;

export function readPickle(bytes: Uint8Array): unknown {
  return new PickleMachine(bytes).run();
}

/** Opcodes of tuples, lists, dictionaries, sets and objects of classes. */
const MAKES_OBJECT = new Set([0x29, 0x52, 0x5d, 0x74, 0x7d, 0x81, 0x85, 0x86, 0x87, 0x8f]);
/** An object of two bytes takes more than a hundred in memory; real ones have items. */
const BYTES_AN_OBJECT = 7;
const OBJECTS_OF_ANY_FILE = 100_000;

class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;
  /** Number of tuples, lists, dictionaries and other objects that were made. */
  #objects = 0;
  /** Number of items and bytes that were copied. */
  #spent = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const start = this.#at;
      const opcode = this.#byte();
      if (opcode === STOP) return this.#pop();
      const step = steps.get(opcode);
      if (step === undefined) {
        this.#at = start;
        throw this.#wrong(`the opcode 0x${opcode.toString(16)} is not known or not data`);
      }
      if (
        MAKES_OBJECT.has(opcode) &&
        ++this.#objects > OBJECTS_OF_ANY_FILE + this.#bytes.length / BYTES_AN_OBJECT
      )
        throw this.#wrong("nearly all of it makes tuples, lists and dictionaries");
      step(this.#io);
    }
  }

  #wrong(reason: string): InputError {
    return new InputError(
      `the pickle is damaged at byte ${Math.min(this.#at, this.#bytes.length)}: ${reason}.`,
    );
  }

  /** The operations that opcodes use. */
  readonly #io: Machine = {
    push: (value) => {
      if (this.#stack.length >= TALLEST_STACK)
        throw this.#wrong(`the stack holds more than ${TALLEST_STACK} values`);
      this.#stack.push(value);
    },
    spend: (amount) => {
      this.#spent += amount;
      if (this.#spent > this.#bytes.length)
        throw this.#wrong("the pickle copies more than it holds, by naming the same parts over and over");
    },
    pop: () => this.#pop(),
    top: () => {
      const value = this.#stack.at(-1);
      if (value === undefined || value === MARK) throw this.#wrong("the stack is empty");
      return value;
    },
    popToMark: () => {
      const mark = this.#stack.lastIndexOf(MARK);
      if (mark === -1) throw this.#wrong("there is no mark");
      const items = this.#stack.splice(mark);
      return items.slice(1);
    },
    mark: () => {
      this.#io.push(MARK);
    },
    memorise: (key, value) => {
      this.#memo.set(key, value);
    },
    memoSize: () => this.#memo.size,
    recall: (key) => {
      if (!this.#memo.has(key)) throw this.#wrong(`the memo has no entry ${key}`);
      return this.#memo.get(key);
    },
    uint: (size) => {
      this.#need(size);
      const at = this.#at;
      this.#at += size;
      if (size === 1) return this.#view.getUint8(at);
      if (size === 2) return this.#view.getUint16(at, true);
      if (size === 4) return this.#view.getUint32(at, true);
      return Number(this.#view.getBigUint64(at, true));
    },
    int32: () => {
      this.#need(4);
      this.#at += 4;
      return this.#view.getInt32(this.#at - 4, true);
    },
    float: () => {
      this.#need(8);
      this.#at += 8;
      return this.#view.getFloat64(this.#at - 8, false);
    },
    bytes: (length) => {
      this.#need(length);
      this.#at += length;
      return this.#bytes.subarray(this.#at - length, this.#at);
    },
    line: () => {
      const end = this.#bytes.indexOf(NEWLINE, this.#at);
      if (end === -1 || end - this.#at > LONGEST_LINE) throw this.#wrong("a line does not end");
      const text = Buffer.from(this.#bytes.subarray(this.#at, end)).toString("latin1");
      this.#at = end + 1;
      return text;
    },
    wrong: (reason) => this.#wrong(reason),
  };

  #need(length: number): void {
    if (!(length <= this.#bytes.length - this.#at))
      throw this.#wrong(`${length} bytes are announced, fewer are left`);
  }

  #byte(): number {
    this.#need(1);
    return this.#bytes[this.#at++];
  }

  #pop(): unknown {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#wrong("the stack is empty");
    return value;
  }
}

interface Machine {
  push(value: unknown): void;
  readonly spend: Spend;
  pop(): unknown;
  top(): unknown;
  popToMark(): unknown[];
  mark(): void;
  memorise(key: number, value: unknown): void;
  memoSize(): number;
  recall(key: number): unknown;
  uint(size: 1 | 2 | 4 | 8): number;
  int32(): number;
  float(): number;
  bytes(length: number): Uint8Array;
  line(): string;
  wrong(reason: string): InputError;
}

const STOP = 0x2e;
const NEWLINE = 0x0a;

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** A whole number in two's complement, little-endian. */
function whole(machine: Machine, length: number): number {
  if (length > LONGEST_NUMBER) throw machine.wrong(`a number of ${length} bytes`);
  let value = 0n;
  const bytes = machine.bytes(length);
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return Number(length > 0 && bytes[length - 1] >= 0x80 ? value - (1n << BigInt(8 * length)) : value);
}

/** A number as text; `I00` and `I01` are the booleans of old Python versions. */
function writtenNumber(machine: Machine): unknown {
  const text = machine.line().replace(/L$/, "");
  if (text === "00" || text === "01") return text === "01";
  if (!/^-?\d{1,400}$/.test(text)) throw machine.wrong("a number is not written in digits");
  return Number(text);
}

function writtenFloat(machine: Machine): number {
  const text = machine.line();
  if (/^-?inf$/.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (!/^(nan|-?[\d.]{1,400}(e[+-]?\d{1,4})?)$/.test(text))
    throw machine.wrong("a number is not written in digits");
  return Number(text === "nan" ? Number.NaN : text);
}

/** A quoted text of Python 2; its escapes are those of a Python literal. */
function quotedText(machine: Machine): string {
  const text = machine.line();
  const quote = text[0];
  if ((quote !== "'" && quote !== '"') || text.length < 2 || !text.endsWith(quote))
    throw machine.wrong("a text has no quotes");
  return text
    .slice(1, -1)
    .replace(
      /\\(x[0-9a-f]{2}|[\\'"nrt])/g,
      (_, code: string) => escapes[code] ?? String.fromCharCode(Number.parseInt(code.slice(1), 16)),
    );
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  n: "\n",
  r: "\r",
  t: "\t",
};

/** `\u` escapes stand for what does not fit on the line. */
const rawUnicode = (text: string): string =>
  text.replace(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );

function setItems(machine: Machine, target: unknown, items: readonly unknown[]): void {
  if (!(target instanceof Map) || items.length % 2 !== 0)
    throw machine.wrong("items for something that is no dictionary");
  for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
}

function append(machine: Machine, target: unknown, items: readonly unknown[]): void {
  if (!Array.isArray(target)) throw machine.wrong("items for something that is no list");
  for (const item of items) target.push(item);
}

function addItems(machine: Machine, target: unknown, items: readonly unknown[]): void {
  if (!(target instanceof Set)) throw machine.wrong("items for something that is no set");
  for (const item of items) target.add(item);
}

/** The state of an inert object; that of ordered and default dictionaries adds nothing. */
function build(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof PyObject) target.state = state;
  else if (!(target instanceof Map)) throw machine.wrong("a state for something that has none");
}

function reduce(machine: Machine): void {
  const args = itemsOf(machine.pop());
  machine.push(made(machine.pop(), args, machine.spend));
}

const key = (machine: Machine): number => {
  const text = machine.line();
  if (!/^\d{1,15}$/.test(text)) throw machine.wrong("the memo's key is no number");
  return Number(text);
};

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== "string" || typeof module !== "string") throw machine.wrong("a name is no text");
  machine.push(named(module, name));
}

function dictOf(machine: Machine): Map<unknown, unknown> {
  const dict = new Map<unknown, unknown>();
  setItems(machine, dict, machine.popToMark());
  return dict;
}

function tupleOf(machine: Machine, count: number): PyTuple {
  const items = Array.from({ length: count }, () => machine.pop());
  return new PyTuple(items.reverse());
}

const steps: ReadonlyMap<number, (machine: Machine) => void> = new Map<number, (machine: Machine) => void>([
  [0x80, (m) => void m.uint(1)], // PROTO
  [0x95, (m) => void m.uint(8)], // FRAME
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x49, (m) => m.push(writtenNumber(m))], // INT
  [0x4c, (m) => m.push(writtenNumber(m))], // LONG
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x4b, (m) => m.push(m.uint(1))], // BININT1
  [0x4d, (m) => m.push(m.uint(2))], // BININT2
  [0x8a, (m) => m.push(whole(m, m.uint(1)))], // LONG1
  [0x8b, (m) => m.push(whole(m, m.uint(4)))], // LONG4
  [0x46, (m) => m.push(writtenFloat(m))], // FLOAT
  [0x47, (m) => m.push(m.float())], // BINFLOAT
  [0x53, (m) => m.push(quotedText(m))], // STRING
  [0x54, (m) => m.push(latin1(m.bytes(m.uint(4))))], // BINSTRING
  [0x55, (m) => m.push(latin1(m.bytes(m.uint(1))))], // SHORT_BINSTRING
  [0x56, (m) => m.push(rawUnicode(m.line()))], // UNICODE
  [0x58, (m) => m.push(utf8(m.bytes(m.uint(4))))], // BINUNICODE
  [0x8c, (m) => m.push(utf8(m.bytes(m.uint(1))))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(utf8(m.bytes(m.uint(8))))], // BINUNICODE8
  [0x42, (m) => m.push(m.bytes(m.uint(4)))], // BINBYTES
  [0x43, (m) => m.push(m.bytes(m.uint(1)))], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.bytes(m.uint(8)))], // BINBYTES8
  [0x96, (m) => m.push(m.bytes(m.uint(8)))], // BYTEARRAY8
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.popToMark())], // LIST
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x64, (m) => m.push(dictOf(m))], // DICT
  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [0x91, (m) => m.push(new Set(m.popToMark()))], // FROZENSET
  [0x29, (m) => m.push(new PyTuple([]))], // EMPTY_TUPLE
  [0x74, (m) => m.push(new PyTuple(m.popToMark()))], // TUPLE
  [0x85, (m) => m.push(tupleOf(m, 1))], // TUPLE1
  [0x86, (m) => m.push(tupleOf(m, 2))], // TUPLE2
  [0x87, (m) => m.push(tupleOf(m, 3))], // TUPLE3
  [0x61, (m) => appendOne(m)], // APPEND
  [0x65, (m) => many(m, append)], // APPENDS
  [0x73, (m) => setOne(m)], // SETITEM
  [0x75, (m) => many(m, setItems)], // SETITEMS
  [0x90, (m) => many(m, addItems)], // ADDITEMS
  [0x70, (m) => m.memorise(key(m), m.top())], // PUT
  [0x71, (m) => m.memorise(m.uint(1), m.top())], // BINPUT
  [0x72, (m) => m.memorise(m.uint(4), m.top())], // LONG_BINPUT
  [0x94, (m) => m.memorise(m.memoSize(), m.top())], // MEMOIZE
  [0x67, (m) => m.push(m.recall(key(m)))], // GET
  [0x68, (m) => m.push(m.recall(m.uint(1)))], // BINGET
  [0x6a, (m) => m.push(m.recall(m.uint(4)))], // LONG_BINGET
  [0x63, (m) => m.push(named(m.line(), m.line()))], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x81, reduce], // NEWOBJ
  [0x92, (m) => newObjectEx(m)], // NEWOBJ_EX
  [0x69, (m) => instance(m)], // INST
  [0x6f, (m) => object(m)], // OBJ
  [0x62, build], // BUILD
]);

function appendOne(machine: Machine): void {
  const item = machine.pop();
  append(machine, machine.top(), [item]);
}

function setOne(machine: Machine): void {
  const value = machine.pop();
  const at = machine.pop();
  setItems(machine, machine.top(), [at, value]);
}

function many(
  machine: Machine,
  put: (machine: Machine, target: unknown, items: readonly unknown[]) => void,
): void {
  const items = machine.popToMark();
  put(machine, machine.top(), items);
}

function newObjectEx(machine: Machine): void {
  machine.pop();
  reduce(machine);
}

function instance(machine: Machine): void {
  const of = named(machine.line(), machine.line());
  machine.push(made(of, machine.popToMark(), machine.spend));
}

function object(machine: Machine): void {
  const [of, ...args] = machine.popToMark();
  machine.push(made(of, args, machine.spend));
}
