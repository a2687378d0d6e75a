/**
 * The script of the page: it sorts tables, filters methods and shows which part can scroll. The
 * page holds all its content without it. The policy of the page names the script's hash, so that no
 * other script runs.
 */
import { createHash } from "node:crypto";

/** Without the characters that HTML has other uses for. */
export const script = `
"use strict";
(() => {
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    if (cell.dataset.v !== undefined) return Number(cell.dataset.v);
    return cell.tagName === "TH" ? cell.textContent.trim() : null;
  };
  const order = (a, b) => {
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
    return typeof a === "string" ? a.localeCompare(b, "en") : a - b;
  };
  const sort = (head) => {
    const table = head.closest("table");
    const rising = head.getAttribute("aria-sort") !== "ascending";
    for (const other of all("thead th", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).filter((row) => row.dataset.of === undefined);
    const keyed = rows.map((row) => ({ row, key: valueOf(row, head.cellIndex) }));
    const known = keyed.filter(({ key }) => key !== null).sort((a, b) => order(a.key, b.key));
    if (!rising) known.reverse();
    body.append(...[...known, ...keyed.filter(({ key }) => key === null)].map(({ row }) => row));
    for (const detail of all("tr[data-of]", body)) document.getElementById(detail.dataset.of).after(detail);
  };
  for (const head of all("table.sortable thead th:not(.method)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  const field = document.querySelector(".filter");
  if (field !== null) {
    const input = field.querySelector("input");
    const names = JSON.parse(field.dataset.methods);
    const filter = () => {
      const words = input.value.toLowerCase().split(/[\\s,]+/).filter(Boolean);
      const isShown = (name) => words.length === 0 || words.some((word) => name.includes(word));
      const shown = names.map((name) => isShown(name.toLowerCase()));
      for (const part of all("[data-m]")) part.toggleAttribute("hidden", !shown[Number(part.dataset.m)]);
      field.querySelector("output").textContent =
        shown.filter(Boolean).length + " of " + names.length + " methods";
    };
    input.addEventListener("input", filter);
    field.hidden = false;
    filter();
  }

  const boxes = [];
  const look = (box) => {
    const inner = box.firstElementChild;
    const rest = inner.scrollWidth - inner.clientWidth - inner.scrollLeft;
    box.classList.toggle("more", rest > 2);
    box.classList.toggle("end", !(rest > 2));
  };
  const lookAtAll = () => boxes.forEach(look);
  /** Of a part of the page that has just been put there. */
  globalThis.watchScroll = (root) => {
    for (const box of all(".scrollbox", root)) {
      box.firstElementChild.addEventListener("scroll", () => look(box));
      boxes.push(box);
      look(box);
    }
  };
  addEventListener("resize", lookAtAll);
  watchScroll(document);
})();
`;

/** As the content security policy writes it. */
export const hashOf = (text: string): string =>
  `sha256-${createHash("sha256").update(text).digest("base64")}`;
