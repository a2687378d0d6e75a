/** The script of the page in a document of stand-ins: how it sorts and what it hides. */
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { script } from "../../../results/page/script.ts";

type Listener = () => void;

/** An element with what the script uses of it. */
class Part {
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, Listener>();
  readonly dataset: Record<string, string> = {};
  readonly children: unknown[] = [];
  readonly childNodes: readonly unknown[] = [];
  readonly classes = new Set<string>();
  hidden = true;
  value = "";
  textContent = "";
  readonly classList = {
    toggle: (name: string, on: boolean) => (on ? this.classes.add(name) : this.classes.delete(name)),
  };
  getAttribute = (name: string) => this.attributes.get(name) ?? null;
  setAttribute = (name: string, value: string) => this.attributes.set(name, value);
  removeAttribute = (name: string) => this.attributes.delete(name);
  toggleAttribute = (name: string, on: boolean) =>
    on ? this.attributes.set(name, "") : this.attributes.delete(name);
  append = (...parts: unknown[]) => this.children.push(...parts);
  addEventListener = (name: string, listener: Listener) => this.listeners.set(name, listener);
}

function sortedTable(column: readonly (number | string | null)[]) {
  const rows = column.map((value, i) => {
    const cell = { dataset: {} as Record<string, string>, tagName: "TD", textContent: String(value) };
    if (typeof value === "number") cell.dataset.v = String(value);
    if (typeof value === "string") cell.tagName = "TH";
    return { i, cells: [cell], dataset: {} };
  });
  const body = Object.assign(new Part(), { rows, querySelectorAll: () => [] });
  const head = Object.assign(new Part(), { cellIndex: 0, closest: () => table });
  const table = { tBodies: [body], querySelectorAll: () => [head] };
  const button = new Part();
  run({ "table.sortable thead th:not(.method)": [head] }, button);
  const click = () => {
    body.children.length = 0;
    button.listeners.get("click")!();
    return (body.children as { readonly i: number }[]).map(({ i }) => column[i]);
  };
  return { click, head };
}

function run(found: Readonly<Record<string, readonly unknown[]>>, button = new Part()): void {
  runInNewContext(script, {
    document: {
      querySelectorAll: (query: string) => found[query] ?? [],
      querySelector: (query: string) => found[query]?.[0] ?? null,
      createElement: () => button,
    },
    addEventListener() {},
  });
}

describe("the script", () => {
  test("sorts numbers up, then down, by their exact values; what has none comes last both times", () => {
    const { click, head } = sortedTable([10, null, 9.5, 1e9, 0]);
    expect(click()).toEqual([0, 9.5, 10, 1e9, null]);
    expect(head.getAttribute("aria-sort")).toBe("ascending");
    expect(click()).toEqual([1e9, 10, 9.5, 0, null]);
    expect(head.getAttribute("aria-sort")).toBe("descending");
  });

  test("sorts names as words", () => {
    expect(sortedTable(["tabu", "best", "mcmc"]).click()).toEqual(["best", "mcmc", "tabu"]);
  });

  test("hides what belongs to methods that no word of the filter is in, and counts the others", () => {
    const [input, output] = [new Part(), new Part()];
    const field = Object.assign(new Part(), {
      querySelector: (query: string) => (query === "input" ? input : output),
    });
    field.dataset.methods = JSON.stringify(["heft", "m-ETF", "tabu"]);
    const parts = [0, 1, 2, 2].map((m) => {
      const part = new Part();
      part.dataset.m = String(m);
      return part;
    });
    run({ ".filter": [field], "[data-m]": parts });
    expect(field.hidden).toBe(false);
    const hidden = () => parts.map((part) => part.attributes.has("hidden"));
    expect(hidden()).toEqual([false, false, false, false]);
    input.value = "etf, HE";
    input.listeners.get("input")!();
    expect(hidden()).toEqual([false, false, true, true]);
    expect(output.textContent).toBe("2 of 3 methods");
  });

  test("marks a box that can scroll until its end is reached", () => {
    const inner = Object.assign(new Part(), { scrollWidth: 900, clientWidth: 300, scrollLeft: 0 });
    const box = Object.assign(new Part(), { firstElementChild: inner });
    run({ ".scrollbox": [box] });
    expect([...box.classes]).toEqual(["more"]);
    inner.scrollLeft = 600;
    inner.listeners.get("scroll")!();
    expect([...box.classes]).toEqual(["end"]);
  });

  test("has no character that HTML has other uses for", () => {
    expect(script).not.toMatch(/[<&]/);
  });
});
