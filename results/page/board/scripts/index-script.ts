/**
 * The script of the first page: it shows one group, filters and opens rows. The address after `#`
 * holds the choice, so that a link leads to it.
 */

/** Without the characters that HTML has other uses for. */
export const indexScript = String.raw`
(() => {
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));
  const form = document.querySelector("form.boardfilter");
  const fields = form.elements;
  const groups = all("section.group");
  const budgets = all("option", fields.group);
  const output = form.querySelector("output");
  const heads = (group) => all(".ranked thead th", group);
  if (groups.length === 0) return;
  let open = "";

  const groupShown = () => groups.find(({ id }) => id === fields.group.value) ?? groups[0];
  const offerBudgets = (wanted) => {
    const own = budgets.filter((option) => option.dataset.track === fields.track.value);
    fields.group.replaceChildren(...own);
    fields.group.value = own.some(({ value }) => value === wanted) ? wanted : own[0].value;
  };
  /** The budget of the same name in another track, where it has one. */
  const likeBudget = (text) =>
    budgets.find((option) =>
      option.textContent === text ? option.dataset.track === fields.track.value : false,
    )?.value;

  const isWanted = (row) => {
    const { kind, test, words } = row.dataset;
    const wanted = fields.text.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    return [
      ["", kind].includes(fields.kind.value),
      ["", test].includes(fields.test.value),
      wanted.length === 0 || wanted.some((word) => words.includes(word)),
    ].every(Boolean);
  };
  const filter = () => {
    const shown = groupShown();
    for (const group of groups) group.hidden = group !== shown;
    for (const part of all("section.scenarios")) part.hidden = part.dataset.track !== fields.track.value;
    const rows = all(".ranked tbody tr[data-entry]", shown);
    const wanted = rows.filter(isWanted);
    const marks = new Set(wanted.map((row) => row.dataset.m));
    for (const part of all("[data-m]", shown)) part.hidden = !marks.has(part.dataset.m);
    for (const part of all("g[data-m]", shown)) part.toggleAttribute("hidden", !marks.has(part.dataset.m));
    for (const row of rows) row.hidden = !wanted.includes(row);
    for (const row of all("tr.detail", shown)) row.hidden = document.getElementById(row.dataset.of).hidden;
    output.textContent = wanted.length + " of " + rows.length + " entries";
  };

  const detailOf = (row) => {
    const cell = document.createElement("td");
    cell.colSpan = row.cells.length;
    const box = document.createElement("div");
    box.className = "detail";
    box.append(row.querySelector("template").content.cloneNode(true));
    const names = JSON.parse(row.closest("table").dataset.scenarios);
    const tints = JSON.parse(row.dataset.tints);
    const strip = document.createElement("ul");
    strip.className = "strip";
    JSON.parse(row.dataset.gaps).forEach((gap, i) => {
      const link = document.createElement("a");
      const [name, href] = names[i];
      link.href = href;
      link.title = name + ": " + (gap ?? "a seed does not fit");
      link.textContent = gap ?? "\u2013";
      link.setAttribute("aria-label", link.title);
      link.style.setProperty("--w", tints[i] + "%");
      if (gap === null) link.className = "none";
      const item = document.createElement("li");
      item.append(link);
      strip.append(item);
    });
    box.append(strip);
    cell.append(box);
    const detail = document.createElement("tr");
    detail.className = "detail";
    detail.id = row.id + "-detail";
    detail.dataset.of = row.id;
    detail.append(cell);
    addCopyButtons(detail);
    return detail;
  };
  const openRow = (row, isOpen) => {
    document.getElementById(row.id + "-detail")?.remove();
    row.querySelector("button.open").setAttribute("aria-expanded", String(isOpen));
    if (isOpen) row.after(detailOf(row));
  };
  const openOnly = (entry) => {
    open = entry;
    for (const row of all("tr[data-entry]"))
      if ((row.dataset.entry === entry) !== (row.querySelector("[aria-expanded=true]") !== null))
        openRow(row, row.dataset.entry === entry);
  };
  for (const row of all("tr[data-entry]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open";
    button.textContent = "\u25b8";
    button.setAttribute("aria-label", "Details of " + row.dataset.entry);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      openOnly(open === row.dataset.entry ? "" : row.dataset.entry);
      tell();
    });
    row.querySelector("th").prepend(button);
  }

  const sortShown = () => {
    const sorted = heads(groupShown()).findIndex((head) => head.hasAttribute("aria-sort"));
    if (0 > sorted) return "";
    const isFalling = heads(groupShown())[sorted].getAttribute("aria-sort") === "descending";
    return (isFalling ? "-" : "") + sorted;
  };
  const sortBy = (wanted) => {
    const head = heads(groupShown())[Math.abs(Number(wanted))];
    if (head === undefined) return;
    const way = wanted.startsWith("-") ? "descending" : "ascending";
    for (let turn = 0; 2 > turn; turn++)
      if (head.getAttribute("aria-sort") !== way) head.querySelector("button").click();
  };

  const tell = () => {
    const state = new URLSearchParams();
    if (groupShown() !== groups[0]) state.set("group", groupShown().id);
    for (const name of ["kind", "test", "text"])
      if (fields[name].value !== "") state.set(name, fields[name].value);
    if (sortShown() !== "") state.set("sort", sortShown());
    if (open !== "") state.set("open", open);
    const text = state.toString();
    history.replaceState(null, "", text === "" ? location.pathname + location.search : "#" + text);
  };
  const listen = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const group = groups.find(({ id }) => id === state.get("group"));
    const row = all("tr[data-entry]").find(({ dataset }) => dataset.entry === state.get("open"));
    const shown = group ?? row?.closest("section.group") ?? groups[0];
    fields.track.value = shown.dataset.track;
    offerBudgets(shown.id);
    for (const name of ["kind", "test", "text"]) fields[name].value = state.get(name) ?? "";
    for (const name of ["kind", "test"]) if (0 > fields[name].selectedIndex) fields[name].value = "";
    openOnly(row === undefined ? "" : row.dataset.entry);
    filter();
    if (state.get("sort") !== null) sortBy(state.get("sort"));
    if (row !== undefined) row.scrollIntoView({ block: "center" });
  };

  fields.track.addEventListener("change", () => {
    const text = fields.group.selectedOptions[0]?.textContent;
    offerBudgets(likeBudget(text));
  });
  form.addEventListener("input", () => {
    filter();
    tell();
  });
  form.addEventListener("change", () => {
    filter();
    tell();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const group of groups)
    for (const head of heads(group)) head.addEventListener("click", () => setTimeout(tell));
  addEventListener("hashchange", listen);
  form.hidden = false;
  listen();
})();
`;
