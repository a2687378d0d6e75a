/**
 * XML documents for the importers, by @xmldom/xmldom. Only XML's own five entities are expanded and
 * nothing is loaded, so a document cannot grow. The libraries are loaded when the first XML file is
 * read.
 */
import { createRequire } from "node:module";
import { InputError } from "../../../env/model/errors.ts";

/** The part of the DOM that importers use. */
export interface XmlElement {
  readonly tagName: string;
  readonly textContent: string;
  readonly parentNode: XmlElement | null;
  getAttribute(name: string): string;
  hasAttribute(name: string): boolean;
  setAttribute(name: string, value: string): void;
  getElementsByTagName(name: string): ArrayLike<XmlElement>;
  appendChild(child: XmlElement): void;
  removeChild(child: XmlElement): void;
  cloneNode(deep: boolean): XmlElement;
}

interface XmlLibrary {
  readonly DOMParser: new (options: object) => { parseFromString(text: string, type: string): XmlElement };
}

const load = createRequire(import.meta.url);

/** A package of graphology that parses documents: `graphology-graphml` or `graphology-gexf`. */
export function graphParser(
  name: string,
): (Graph: unknown, document: XmlElement, options?: object) => unknown {
  return load(name).parse;
}

export function parseXml(text: string): XmlElement {
  const refuse = (message: string): never => {
    throw new InputError(`the file is not well-formed XML: ${reasonOf(message)}.`);
  };
  const { DOMParser } = load("@xmldom/xmldom") as XmlLibrary;
  const parser = new DOMParser({ errorHandler: { warning() {}, error: refuse, fatalError: refuse } });
  try {
    return parser.parseFromString(text, "application/xml");
  } catch (error) {
    if (error instanceof InputError) throw error;
    return refuse((error as Error).message);
  }
}

/** The message without the library's name and its place in its own source. */
function reasonOf(message: string): string {
  return message
    .replace(/\s*@#\[line:[^\]]*\]/g, "")
    .replace(/\[xmldom [a-zA-Z]+\]|element parse error:|\bE?rror:/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.:]+$/, "")
    .slice(0, 160);
}

/** Elements by name, in a list that later changes of the document do not affect. */
export function elements(under: XmlElement, name: string): readonly XmlElement[] {
  return Array.from(under.getElementsByTagName(name));
}

/**
 * Runs a library on a document. Everything that it throws becomes one sentence, also for elements
 * nested too deep for its recursion.
 */
export function throughLibrary<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason =
      error instanceof RangeError ? "its elements are nested too deep" : reasonOf((error as Error).message);
    throw new InputError(`the file is no ${what} that can be read: ${reason}.`);
  }
}
