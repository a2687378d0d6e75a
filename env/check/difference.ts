/**
 * The first place where two values differ, such as `observation.groups[3] is 1, then 0`. Null where
 * they are equal.
 *
 * Plain objects, arrays, typed arrays and primitives are compared. NaN equals NaN. 0 equals -0,
 * because JSON does not tell them apart either.
 */
export function difference(a: unknown, b: unknown): string | null {
  const found = firstDifference(a, b);
  return found && `${found.path.reverse().join("").replace(/^\./, "") || "the value"} ${found.says}`;
}

/** The path grows from the inside out, so that equal values cost no strings. */
interface Found {
  readonly path: string[];
  readonly says: string;
}

function firstDifference(a: unknown, b: unknown): Found | null {
  if (a === b || Object.is(a, b)) return null;
  if (!isObject(a) || !isObject(b) || tag(a) !== tag(b))
    return { path: [], says: `is ${show(a)}, then ${show(b)}` };
  if (Array.isArray(a) || ArrayBuffer.isView(a)) return inLists(a as never, b as never);
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(a[key], b[key]);
    if (found === null) continue;
    found.path.push(`.${key}`);
    return found;
  }
  return null;
}

function inLists(a: ArrayLike<unknown>, b: ArrayLike<unknown>): Found | null {
  if (a.length !== b.length) return { path: [], says: `has ${a.length} entries, then ${b.length}` };
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const found = firstDifference(a[i], b[i]);
    if (found === null) continue;
    found.path.push(`[${i}]`);
    return found;
  }
  return null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Such as `Float32Array`, for values of other realms too. */
const tag = (value: unknown) => Object.prototype.toString.call(value).slice("[object ".length, -1);

function show(value: unknown): string {
  if (!isObject(value)) return typeof value === "string" ? `"${value}"` : String(value);
  return `of type ${tag(value)}`;
}
