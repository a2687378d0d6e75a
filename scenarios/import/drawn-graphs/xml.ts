/**
 * XML (w3.org/TR/xml) as a stream of elements and text, so that a document needs little more memory
 * than its text. Only XML's own five entities and numbered characters are expanded, and nothing is
 * loaded. Prefixes of namespaces are dropped. A document type is skipped.
 */
import { InputError } from "../../../env/model/errors.ts";
import type { SourceFile } from "../source-file.ts";

export type XmlAttributes = ReadonlyMap<string, string>;

export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  /** Text and CDATA inside the root element, in pieces. */
  text(text: string): void;
  close(name: string): void;
}

const DEEPEST = 10_000;
const MOST_ATTRIBUTES = 1000;
const NONE: XmlAttributes = new Map();

/** The text of an XML file in the encoding that it declares; UTF-8 by default. */
export function xmlText(file: SourceFile): string {
  const { head } = file;
  if (head.startsWith("\u00ff\u00fe")) return file.text("utf-16le");
  if (head.startsWith("\u00fe\u00ff")) return file.text("utf-16be");
  return file.text(/^<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head)?.[1]);
}

/**
 * Calls the handler in the order of the document. Throws `InputError` where it is not well-formed
 * XML.
 */
export function readXml(text: string, handler: XmlHandler): void {
  new XmlReader(text, handler).read();
}

class XmlReader {
  readonly #text: string;
  readonly #handler: XmlHandler;
  readonly #open: string[] = [];
  #at = 0;
  #hasRoot = false;

  constructor(text: string, handler: XmlHandler) {
    this.#text = text;
    this.#handler = handler;
  }

  read(): void {
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf("<", this.#at);
      this.#characters(next === -1 ? this.#text.length : next);
      if (next !== -1) this.#markup();
    }
    const unclosed = this.#open.pop();
    if (unclosed !== undefined) throw this.#refused(`the element "${shown(unclosed)}" has no end`);
    if (!this.#hasRoot) throw this.#refused("there is no element");
  }

  /** Text up to a position. */
  #characters(end: number): void {
    if (end === this.#at) return;
    const raw = this.#text.slice(this.#at, end);
    if (this.#open.length > 0) this.#handler.text(this.#expanded(raw));
    else if (raw.trim() !== "") throw this.#refused("there is text outside of the root element");
    this.#at = end;
  }

  #markup(): void {
    const mark = this.#text[this.#at + 1];
    if (mark === "/") this.#endTag();
    else if (mark === "?") this.#skipTo("?>", "a processing instruction");
    else if (mark !== "!") this.#startTag();
    else if (this.#startsWith("<!--")) this.#comment();
    else if (this.#startsWith("<![CDATA[")) this.#characterData();
    else if (this.#startsWith("<!DOCTYPE")) this.#documentType();
    else throw this.#refused("a declaration stands where an element should be");
  }

  #startsWith(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #comment(): void {
    this.#at += 4;
    this.#skipTo("-->", "a comment");
  }

  #characterData(): void {
    const start = this.#at + 9;
    this.#skipTo("]]>", "a CDATA section");
    if (this.#open.length === 0) throw this.#refused("there is text outside of the root element");
    this.#handler.text(this.#text.slice(start, this.#at - 3));
  }

  #skipTo(end: string, what: string): void {
    const found = this.#text.indexOf(end, this.#at);
    if (found === -1) throw this.#refused(`${what} has no end`);
    this.#at = found + end.length;
  }

  /** Declarations in brackets belong to it; entities that they declare are not known afterwards. */
  #documentType(): void {
    let brackets = 0;
    for (let i = this.#at; i < this.#text.length; i++) {
      const character = this.#text[i];
      if (character === '"' || character === "'") {
        const close = this.#text.indexOf(character, i + 1);
        if (close === -1) break;
        i = close;
      } else if (character === "[") brackets++;
      else if (character === "]") brackets--;
      else if (character === ">" && brackets === 0) {
        this.#at = i + 1;
        return;
      }
    }
    throw this.#refused("the document type has no end");
  }

  #startTag(): void {
    namePattern.lastIndex = this.#at + 1;
    const name = namePattern.exec(this.#text)?.[0];
    if (name === undefined) throw this.#refused('"<" begins no element');
    if (this.#open.length === 0 && this.#hasRoot) throw this.#refused("there is more than one root element");
    if (this.#open.length >= DEEPEST) throw this.#refused(`elements are nested more than ${DEEPEST} deep`);
    this.#hasRoot = true;
    this.#at = namePattern.lastIndex;
    const attributes = this.#attributes(name);
    const isEmpty = this.#text[this.#at] === "/";
    this.#at += isEmpty ? 2 : 1;
    if (!isEmpty) this.#open.push(name);
    this.#handler.open(local(name), attributes);
    if (isEmpty) this.#handler.close(local(name));
  }

  /** Stops at `>` or `/>`. */
  #attributes(element: string): XmlAttributes {
    let attributes: Map<string, string> | undefined;
    for (;;) {
      endPattern.lastIndex = this.#at;
      const end = endPattern.exec(this.#text);
      if (end !== null) {
        this.#at = endPattern.lastIndex - end[1].length;
        return attributes ?? NONE;
      }
      attributePattern.lastIndex = this.#at;
      const match = attributePattern.exec(this.#text);
      if (match === null) throw this.#refused(`the attributes of "${shown(element)}" are damaged`);
      attributes ??= new Map();
      if (attributes.has(local(match[1])))
        throw this.#refused(`"${shown(element)}" has the attribute "${shown(match[1])}" twice`);
      if (attributes.size >= MOST_ATTRIBUTES)
        throw this.#refused(`"${shown(element)}" has more than ${MOST_ATTRIBUTES} attributes`);
      attributes.set(local(match[1]), this.#expanded(match[2] ?? match[3]));
      this.#at = attributePattern.lastIndex;
    }
  }

  #endTag(): void {
    endTagPattern.lastIndex = this.#at;
    const name = endTagPattern.exec(this.#text)?.[1];
    const open = this.#open.pop();
    if (name === undefined || open === undefined || name !== open)
      throw this.#refused(
        open === undefined
          ? "an element ends that did not begin"
          : `"${shown(open)}" ends as "${shown(name ?? "")}"`,
      );
    this.#at = endTagPattern.lastIndex;
    this.#handler.close(local(name));
  }

  #expanded(text: string): string {
    if (!text.includes("&")) return text;
    return text.replace(/&([^;\s&<]{0,40};?)/g, (_, reference: string) => {
      const character = characterOf(reference);
      if (character === undefined) throw this.#refused(`the entity "&${shown(reference)}" is not known`);
      return character;
    });
  }

  #refused(reason: string): InputError {
    let line = 1;
    for (let i = this.#text.indexOf("\n"); i !== -1 && i < this.#at; i = this.#text.indexOf("\n", i + 1))
      line++;
    return new InputError(`the file is not well-formed XML: line ${line}: ${reason}.`);
  }
}

const namePattern = /[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*/y;
const attributePattern =
  /\s+([A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const endPattern = /\s*(\/?>)/y;
const endTagPattern = /<\/([^\s>]+)\s*>/y;
const entities: ReadonlyMap<string, string> = new Map([
  ["lt;", "<"],
  ["gt;", ">"],
  ["amp;", "&"],
  ["quot;", '"'],
  ["apos;", "'"],
]);

function characterOf(reference: string): string | undefined {
  const number = /^#(?:x([\da-fA-F]{1,6})|(\d{1,7}));$/.exec(reference);
  if (number === null) return entities.get(reference);
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
const shown = (name: string): string => name.slice(0, 40);
