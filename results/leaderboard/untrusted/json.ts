/**
 * JSON that a stranger wrote. Its depth is measured before it is parsed. Strict JSON is the text
 * that this program would write for its value: so no field is there twice, and nothing hides.
 */
import { InputError } from "../../../env/model/errors.ts";
import { JSON_DEPTH, LARGEST_NUMBER } from "./limits.ts";

/** `indent` is that of `JSON.stringify`. */
export function strictJson(text: string, where: string, indent?: number): unknown {
  const value = boundedJson(text, where);
  if (JSON.stringify(value, null, indent) !== text)
    throw new InputError(
      `${where} is not written as this program writes it: fields twice, or other spelling.`,
    );
  return value;
}

/** In any spelling. */
export function boundedJson(text: string, where: string, depth: number = JSON_DEPTH): unknown {
  refuseDepth(text, where, depth);
  const value = parsed(text, where);
  refuseContent(value, where);
  return value;
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where} is not JSON: ${shortened((error as Error).message)}.`);
  }
}

/** Marked hot: a walk takes a fraction of the time of a reviver of `JSON.parse`. */
function refuseContent(value: unknown, where: string): void {
  if (typeof value === "number" && !(Math.abs(value) <= LARGEST_NUMBER))
    throw new InputError(`${where} holds the number ${value}, expected at most ${LARGEST_NUMBER}.`);
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const each of value) refuseContent(each, where);
    return;
  }
  for (const [key, each] of Object.entries(value)) {
    if (key === "__proto__" || key === "constructor" || key === "prototype")
      throw new InputError(`${where} has a field "${key}", which no file may have.`);
    refuseContent(each, where);
  }
}

function refuseDepth(text: string, where: string, most: number): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
    if (depth > most) throw new InputError(`${where} is nested more than ${most} levels deep.`);
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const [OPEN_LIST, CLOSE_LIST] = [0x5b, 0x5d];

const shortened = (message: string): string => message.replace(/\s+/g, " ").replace(/\.$/, "").slice(0, 120);
