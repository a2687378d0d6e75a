/**
 * The script of a scenario's page: it loads the files of the two chosen plans and shows them. The
 * address after `#` holds the choice.
 */

import { COLOUR_COUNT } from "../../palette.ts";

/** Without the characters that HTML has other uses for. */
export const plansScript = String.raw`
(() => {
  const form = document.querySelector("form.choose");
  if (form === null) return;
  const status = form.nextElementSibling;
  const box = document.getElementById("graph");
  const sides = ["left", "right"];
  const answers = new Map();
  const plans = new Map();
  globalThis.boardPlan = (file, plan) => answers.get(file)?.(plan);
  const read = (file) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      answers.set(file, resolve);
      script.addEventListener("error", () => {
        plans.delete(file);
        reject(new Error(file));
      });
      script.src = form.dataset.folder + "/" + file + ".js";
      document.head.append(script);
    });
  /** Both sides may ask for one file at once. */
  const loaded = (file) => {
    if (!plans.has(file)) plans.set(file, read(file));
    return plans.get(file);
  };

  const part = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const colourOf = (device) => (0 > device ? "var(--soft)" : "var(--m" + (device % ${COLOUR_COUNT}) + ")");
  const coloured = (devices) => {
    const graph = box.querySelector(".scrollbox").cloneNode(true);
    const svg = graph.querySelector("svg");
    const ends = JSON.parse(svg.dataset.ends);
    svg.querySelectorAll(".node").forEach((node, i) => node.style.setProperty("--c", colourOf(devices[i])));
    svg.querySelectorAll(".edge").forEach((edge, e) => {
      const [from, to] = ends[e];
      edge.classList.toggle("cut", devices[from] !== devices[to]);
    });
    return graph;
  };
  const headOf = ({ dataset }) => {
    const links = document.createElement("p");
    const json = form.dataset.folder + "/" + dataset.file + ".json";
    links.append(part("a", "Plan file", { href: json }));
    if (dataset.page !== undefined) links.append(" \u00b7 ", part("a", "Page of the entry", { href: dataset.page }));
    const head = document.createElement("div");
    head.append(part("h3", dataset.title), part("p", dataset.facts, { class: "verdict" }), links);
    if (dataset.command !== undefined) {
      const command = part("div", "", { class: "command" });
      command.append(part("code", dataset.command));
      head.append(command);
    }
    return head;
  };
  const figuresOf = (plan) => {
    const graph = part("div", "", { class: "graphbox natural" });
    const whole = part("label", "", { class: "check" });
    whole.append(part("input", "", { type: "checkbox" }), " Graph in its own size");
    graph.append(part("h4", "Graph by device"), coloured(plan.devices), whole);
    const figures = document.createElement("div");
    figures.innerHTML = plan.markup;
    figures.prepend(part("h4", "Timeline and memory"));
    return [graph, figures];
  };
  const show = async (side) => {
    const option = form.elements[side].selectedOptions[0];
    const place = document.getElementById(side);
    const isLatest = () => form.elements[side].selectedOptions[0] === option;
    try {
      const plan = await loaded(option.dataset.file);
      if (!isLatest()) return;
      place.replaceChildren(headOf(option), ...figuresOf(plan));
      addCopyButtons(place);
      watchScroll(place);
    } catch {
      if (isLatest()) place.replaceChildren(headOf(option), part("p", "The file of this plan cannot be read.", { class: "warning" }));
    }
    place.dataset.shown = option.value;
  };
  const tell = () => {
    const state = new URLSearchParams(sides.map((side) => [side, form.elements[side].value]));
    history.replaceState(null, "", "#" + state);
    const names = sides.map((side) => form.elements[side].selectedOptions[0].textContent);
    status.textContent = "Shown: " + names.join(" beside ");
  };
  const listen = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const side of sides) {
      const wanted = state.get(side);
      const field = form.elements[side];
      if (Array.from(field.options).some(({ value }) => value === wanted)) field.value = wanted;
      show(side);
    }
    if (sides.some((side) => state.has(side))) tell();
  };
  for (const side of sides)
    form.elements[side].addEventListener("change", () => {
      show(side);
      tell();
    });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", listen);
  box.hidden = true;
  form.hidden = false;
  listen();
})();
`;
