/**
 * Text that shows itself. Names come from files of others and may hold characters that control a
 * terminal, turn the direction of a line or cannot be stored. Here they become escapes that can be
 * seen, such as `\u001b`. Inside a JSON text such an escape stands for the character itself.
 */

/**
 * Control characters but tab and line feed, separators of lines and paragraphs, marks that change
 * the direction of text. Also halves of surrogate pairs, and two code points without a character.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/gu;

/** Text of several lines: tabs and line feeds stay. Also for JSON, whose meaning it keeps. */
export const visible = (text: string): string => text.replace(unseen, unicodeEscape);

/** A name within a line: tabs and line feeds become `\t` and `\n`. */
export const visibleName = (name: string): string =>
  visible(name).replaceAll("\t", "\\t").replaceAll("\n", "\\n");

/** `\u001b`. */
export const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
