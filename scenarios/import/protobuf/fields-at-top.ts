/**
 * The outermost fields of a binary protocol buffer, as far as its first bytes show them. Formats
 * are recognised by them.
 */

export interface TopField {
  readonly number: number;
  /** A number rather than a text or message. */
  readonly isNumber: boolean;
  /** The visible part of a text or message, as Latin-1. */
  readonly content: string;
}

const MOST_FIELDS = 64;

/** `head` holds the first bytes as Latin-1 text. Null where they cannot begin a protocol buffer. */
export function fieldsAtTop(head: string): readonly TopField[] | null {
  const fields: TopField[] = [];
  let at = 0;
  const varint = (): number | null => {
    let value = 0;
    for (let shift = 0; shift < 70 && at < head.length; shift += 7) {
      const byte = head.charCodeAt(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return null;
  };
  while (at < head.length && fields.length < MOST_FIELDS) {
    const tag = varint();
    const wireType = tag === null ? null : tag % 8;
    const number = tag === null ? 0 : Math.floor(tag / 8);
    if (number === 0 || number > 1000) break;
    if (wireType === 0) {
      if (varint() === null) break;
      fields.push({ number, isNumber: true, content: "" });
    } else if (wireType === 1 || wireType === 5) {
      at += wireType === 1 ? 8 : 4;
      fields.push({ number, isNumber: true, content: "" });
    } else if (wireType === 2) {
      const length = varint();
      if (length === null) break;
      fields.push({ number, isNumber: false, content: head.slice(at, at + length) });
      at += length;
    } else break;
  }
  return fields.length === 0 ? null : fields;
}
