/** Pages link to pages and name files and folders that there are. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...docs];
const rooms = ["agents", "cli", "env", "results", "scenarios", "test"];
const sources = new Set(
  rooms
    .flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: "utf8" }))
    .map((path) => basename(path)),
);
/** Pages that are linked to and still to be written. */
const notYet: readonly string[] = [];
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");
/** Names by which links reach the headings of a page: small letters, hyphens for spaces. */
function anchorsOf(page: string): Set<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  const nameOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-");
  return new Set(headings.map(nameOf));
}

describe("pages", () => {
  test.each(pages)("%s links to pages that there are", (page) => {
    const targets = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target);
    const paths = targets.map((target) => join(dirname(page), target));
    expect(paths.filter((path) => !existsSync(join(root, path)) && !notYet.includes(path))).toEqual([]);
  });

  test.each(pages)("%s links to headings that there are", (page) => {
    const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)/g)];
    const missing = links.filter(([, target, anchor]) => {
      const path = target === undefined ? page : join(dirname(page), target);
      return !anchorsOf(path).has(anchor);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  test("that are still to be written are not there", () => {
    expect(notYet.filter((page) => existsSync(join(root, page)))).toEqual([]);
  });

  test.each(pages)("%s names files and folders of the project that there are", (page) => {
    const path = /`((?:agents|cli|docs|env|results|scenarios|test|\.ci)\/[\w./-]*)`/g;
    const named = [...textOf(page).matchAll(path)].map(([, name]) => name);
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  test.each(pages)("%s names source files, without their folders, that there are", (page) => {
    const named = [...textOf(page).matchAll(/`([\w-]+\.ts)`/g)].map(([, name]) => name);
    expect(named.filter((name) => !sources.has(name))).toEqual([]);
  });
});
