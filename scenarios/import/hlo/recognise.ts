/**
 * Whether a file holds HLO: as text, with or without a header, or in a form that is not read. Those
 * are protocol buffers and MLIR. For these there is a sentence on how to write the text.
 */
import { afterComments } from "../source-file.ts";

const WRITE_TEXT = "XLA writes the text with XLA_FLAGS=--xla_dump_hlo_as_text, JAX with compiled.as_text()";

export function isHloText(head: string): boolean {
  const text = afterComments(head);
  if (/^HloModule\b/.test(text)) return true;
  const opens =
    /^(ENTRY\s+)?%?[\w.-]+\s*(\([^{]{0,10000}\)\s*(->[^\n]{0,1000})?)?\{|^(ROOT\s+)?%?[\w.-]+\s*=/.test(text);
  return opens && instruction.test(text);
}

const instruction = /=\s*\(?\s*(pred|token|opaque|c64|c128|bf16|[sufb]\d+\w*)\[[\d,<=?\s]*\]/;

/** A sentence where the file is HLO, but not text that is read. */
export function otherForm(head: string): string | null {
  if (
    /^\s*(#loc[^\n]*\n\s*)*module\s+(@[\w."-]+\s+)?(attributes\s*)?\{/.test(head) &&
    /\b(stablehlo|mhlo|func)\./.test(head)
  )
    return `the file is a module of MLIR such as StableHLO, expected HLO text: in JAX lowered.as_text(dialect="hlo") or compiled.as_text().`;
  const name = nameInModule(head) ?? nameInWrapper(head);
  return name === null
    ? null
    : `the file is the binary HLO module "${name.slice(0, 80)}", expected its text: ${WRITE_TEXT}.`;
}

/** The name in a binary `HloModuleProto`: name, name of the entry, computations. */
function nameInModule(bytes: string, at = 0): string | null {
  const name = fieldAt(bytes, at, 1);
  const entry = name === null ? null : fieldAt(bytes, name.end, 2);
  const computation = entry === null ? null : fieldAt(bytes, entry.end, 3);
  if (name === null || entry === null || computation === null) return null;
  const ownName = fieldAt(bytes, computation.start, 1);
  const first = ownName === null ? null : fieldAt(bytes, ownName.end, 2);
  const instructionName = first === null ? null : fieldAt(bytes, first.start, 1);
  if (instructionName === null || !/^[\x20-\x7e]*$/.test(bytes.slice(name.start, name.end))) return null;
  return bytes.slice(name.start, name.end);
}

/** `HloProto` holds a module in field 1, `HloSnapshot` an `HloProto` in field 1. */
function nameInWrapper(bytes: string): string | null {
  const outer = fieldAt(bytes, 0, 1);
  if (outer === null) return null;
  const inner = fieldAt(bytes, outer.start, 1);
  return nameInModule(bytes, outer.start) ?? (inner === null ? null : nameInModule(bytes, inner.start));
}

/** Where the content of a field with a length begins and ends; null where another field is. */
function fieldAt(
  bytes: string,
  at: number,
  field: number,
): { readonly start: number; readonly end: number } | null {
  if (bytes.charCodeAt(at) !== field * 8 + 2) return null;
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes.charCodeAt(at + 1 + i);
    if (Number.isNaN(byte)) return null;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { start: at + 2 + i, end: at + 2 + i + length };
  }
  return null;
}
