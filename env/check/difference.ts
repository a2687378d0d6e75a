/**
 * The first place where two values differ, such as `observation.nodes[3] is 1, then 0`, or null where they are equal.
 *
 * Compares plain objects, arrays, typed arrays and primitives; NaN equals NaN, and 0 differs from -0 no more than JSON
 * lets it.
 */
export function difference(a: unknown, b: unknown, path = "value"): string | null {
  if (Object.is(a, b) || a === b) return null;
  if (!isObject(a) || !isObject(b)) return `${path} is ${show(a)}, then ${show(b)}`;
  if (tag(a) !== tag(b)) return `${path} is ${show(a)}, then ${show(b)}`;
  const isList = Array.isArray(a) || ArrayBuffer.isView(a);
  const keysOfA = Object.keys(a);
  const keysOfB = Object.keys(b);
  if (isList && keysOfA.length !== keysOfB.length)
    return `${path} has ${keysOfA.length} entries, then ${keysOfB.length}`;
  for (const key of new Set([...keysOfA, ...keysOfB])) {
    const found = difference(a[key], b[key], isList ? `${path}[${key}]` : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Such as `Float32Array`, whichever realm the value comes from. */
const tag = (value: unknown) => Object.prototype.toString.call(value).slice("[object ".length, -1);

function show(value: unknown): string {
  if (!isObject(value)) return typeof value === "string" ? `"${value}"` : String(value);
  return `of type ${tag(value)}`;
}
