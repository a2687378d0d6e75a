/**
 * XML as a stream of elements and text, by the parser saxes, so that a document needs little more
 * memory than its text. Only XML's own five entities and numbered characters are expanded, and
 * nothing is loaded. Prefixes of namespaces are dropped.
 */
import { SaxesParser } from "saxes";
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
/** The parser copies what it is given, so it is given pieces. */
const PIECE = 65_536;
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
  const parser = new SaxesParser();
  const refused = (reason: string) =>
    new InputError(
      `the file is not well-formed XML at line ${parser.line}, column ${parser.column}${reason}.`,
    );
  let depth = 0;
  let attributeCount = 0;
  parser.on("error", () => {
    throw refused("");
  });
  parser.on("attribute", () => {
    if (++attributeCount > MOST_ATTRIBUTES)
      throw refused(`: an element has more than ${MOST_ATTRIBUTES} attributes`);
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (++depth > DEEPEST) throw refused(`: elements are nested more than ${DEEPEST} deep`);
    handler.open(local(name), attributeCount === 0 ? NONE : localNames(attributes, refused));
    attributeCount = 0;
  });
  parser.on("closetag", ({ name }) => {
    depth--;
    handler.close(local(name));
  });
  parser.on("text", (content) => {
    if (depth > 0) handler.text(content);
  });
  parser.on("cdata", (content) => handler.text(content));
  for (let at = 0; at < text.length; at += PIECE) parser.write(text.slice(at, at + PIECE));
  parser.close();
}

function localNames(
  attributes: Readonly<Record<string, string>>,
  refused: (reason: string) => InputError,
): XmlAttributes {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(attributes)) {
    if (values.has(local(name)))
      throw refused(`: the attribute "${local(name).slice(0, 40)}" is there twice`);
    values.set(local(name), value);
  }
  return values;
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
