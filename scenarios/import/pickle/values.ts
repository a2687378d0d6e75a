/**
 * What a pickle may hold. Nothing in it is run. A pickle names functions and classes; the lists
 * below hold the names that are accepted, and each of them only describes data. Objects of classes
 * are inert: a name, the arguments they were made from, and their state.
 */
import { InputError } from "../../../env/model/errors.ts";

/** The name of a class or function: `networkx.classes.digraph.DiGraph`. */
export class PyName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class PyTuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

export class PyObject {
  readonly className: string;
  readonly args: readonly unknown[];
  state: unknown = null;
  constructor(className: string, args: readonly unknown[]) {
    this.className = className;
    this.args = args;
  }
}

export type PyDict = Map<unknown, unknown>;

/**
 * Classes whose objects are kept as written: graphs, protocol buffers, numpy's types and arrays.
 */
const DATA_CLASSES =
  /^(networkx\.[\w.]+\.\w*(Graph|View|Atlas|Adjacency)\w*|tensorflow\.[\w.]+_pb2\.\w+|numpy\.(dtype|ndarray)|numpy\.dtypes\.\w+|builtins\.object)$/;

/**
 * Called with the number of items or bytes before they are copied. Throws once they are more than
 * the size of the file allows.
 */
export type Spend = (amount: number) => void;

/** Lists, tuples and sets are all arrays to readers, so none is copied into another. */
const same = ([items]: Args): unknown => items ?? [];

type Args = readonly unknown[];

const FUNCTIONS: Readonly<Record<string, (args: Args, spend: Spend) => unknown>> = {
  "builtins.dict": ([items], spend) => dictOf(items, spend),
  "builtins.list": same,
  "builtins.tuple": same,
  "builtins.set": same,
  "builtins.frozenset": same,
  "builtins.bytearray": ([content], spend) => bytesOf(content ?? "", spend),
  "builtins.bytes": ([content], spend) => bytesOf(content ?? "", spend),
  "collections.OrderedDict": ([items], spend) => dictOf(items, spend),
  "collections.defaultdict": () => new Map(),
  "_codecs.encode": ([text], spend) => bytesOf(text, spend),
  "copyreg._reconstructor": ([of], spend) => made(of, [], spend),
  "copyreg.__newobj__": ([of], spend) => made(of, [], spend),
  "numpy.core.multiarray.scalar": ([type, data]) => numpyScalar(type, data),
  "numpy.core.multiarray._reconstruct": ([of], spend) => made(of, [], spend),
};

/** Python 2 and newer versions of numpy have other names for the same functions. */
function modern(name: string): string {
  return name
    .replace(/^__builtin__\./, "builtins.")
    .replace(/^copy_reg\./, "copyreg.")
    .replace(/^numpy\._core\./, "numpy.core.");
}

/**
 * Refuses every name that is not on the lists. It is called when the name is read, before any use.
 */
export function named(module: string, name: string): PyName {
  const full = modern(`${module}.${name}`);
  if (Object.hasOwn(FUNCTIONS, full) || DATA_CLASSES.test(full)) return new PyName(full);
  throw new InputError(
    `the pickle names ${JSON.stringify(full.slice(0, 80))}, which is neither data nor a graph; nothing in it was run.`,
  );
}

/** The value that `REDUCE` and `NEWOBJ` make of a name and its arguments. */
export function made(of: unknown, args: Args, spend: Spend): unknown {
  if (!(of instanceof PyName))
    throw new InputError("the pickle makes an object of something that is no class.");
  const make = Object.hasOwn(FUNCTIONS, of.name) ? FUNCTIONS[of.name] : undefined;
  return make === undefined ? new PyObject(of.name, args) : make(args, spend);
}

export function bytesOf(value: unknown, spend: Spend = () => {}): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string")
    throw new InputError("the pickle has something else where bytes are expected.");
  spend(value.length);
  return Buffer.from(value, "latin1");
}

export function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  if (value instanceof PyTuple) return value.items;
  throw new InputError("the pickle has something else where a list is expected.");
}

function dictOf(value: unknown, spend: Spend): PyDict {
  if (value instanceof Map) return value;
  const items = itemsOf(value);
  spend(items.length);
  return new Map(
    items.map((item) => {
      const [key, held] = itemsOf(item);
      return [key, held];
    }),
  );
}

/** One number of a numpy type such as `<f8`. */
function numpyScalar(type: unknown, data: unknown): number {
  const code = type instanceof PyObject && type.className === "numpy.dtype" ? type.args[0] : null;
  const bytes = bytesOf(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = !(
    type instanceof PyObject &&
    type.state instanceof PyTuple &&
    type.state.items[1] === ">"
  );
  const [read, size] = numpyReaders[String(code)] ?? [];
  if (read === undefined || size !== bytes.length)
    throw new InputError(
      `the pickle has a numpy number of type ${JSON.stringify(code)?.slice(0, 40)}, which is not known.`,
    );
  return read(view, isLittle);
}

const numpyReaders: Readonly<
  Record<string, readonly [(view: DataView, isLittle: boolean) => number, number]>
> = {
  f8: [(view, isLittle) => view.getFloat64(0, isLittle), 8],
  f4: [(view, isLittle) => view.getFloat32(0, isLittle), 4],
  i8: [(view, isLittle) => Number(view.getBigInt64(0, isLittle)), 8],
  u8: [(view, isLittle) => Number(view.getBigUint64(0, isLittle)), 8],
  i4: [(view, isLittle) => view.getInt32(0, isLittle), 4],
  u4: [(view, isLittle) => view.getUint32(0, isLittle), 4],
  i2: [(view, isLittle) => view.getInt16(0, isLittle), 2],
  u2: [(view, isLittle) => view.getUint16(0, isLittle), 2],
  i1: [(view) => view.getInt8(0), 1],
  u1: [(view) => view.getUint8(0), 1],
  b1: [(view) => view.getUint8(0), 1],
};
