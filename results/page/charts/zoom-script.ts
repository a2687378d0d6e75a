/**
 * The script that enlarges charts of lines. A reader drags a rectangle over a chart, or uses the
 * buttons above it, also by keyboard. Lines are moved and stretched, ticks are written anew. The
 * buttons choose heights by the lines that are shown. Without the script a chart shows its whole
 * range.
 */

/** Without the characters that HTML has other uses for. */
export const zoomScript = String.raw`
(() => {
  const NS = document.querySelector("svg[data-zoom]")?.namespaceURI;
  const svgPart = (name, attributes, text = "") => {
    const part = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    part.textContent = text;
    return part;
  };
  const grouped = (number) => {
    const [whole, ...rest] = String(Number(number.toPrecision(6))).split(".");
    return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ","), ...rest].join(".");
  };
  const textOf = (value, unit) =>
    unit === "percent" ? Number((100 * value).toPrecision(4)) + "%" : grouped(value / unit);

  const axisOf = ([from, to, start, end, isLog]) => ({
    valueAt: (pixel) => {
      const share = (pixel - start) / (end - start);
      return isLog ? from * (to / from) ** share : from + (to - from) * share;
    },
    pixelOf: (value) => {
      const share = isLog ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
      return start + share * (end - start);
    },
    isLog,
  });
  const ticksOf = (from, to, isLog) => {
    if (isLog ? to / from > 5 : false) {
      const low = Math.floor(Math.log10(from));
      const powers = Array.from({ length: Math.ceil(Math.log10(to)) - low + 1 }, (_, i) => 10 ** (low + i));
      const factors = powers.length > 4 ? [1] : [1, 2, 5];
      return powers.flatMap((power) => factors.map((factor) => Number((factor * power).toPrecision(6))));
    }
    const rough = (to - from) / 6;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
    const first = Math.ceil(from / step);
    const count = Math.min(20, Math.floor(to / step) - first + 1);
    return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  };
  const within = (value, low, high) => (value >= low ? high >= value : false);

  /** Corners of a line's path, in pixels of the whole picture. */
  const cornersOf = (path) => {
    const corners = [];
    let [x, y] = [0, 0];
    for (const [, way, first, second] of path.matchAll(/([MHVL])([-\d.e]+)(?: ([-\d.e]+))?/g)) {
      if (way === "V") y = Number(first);
      else x = Number(first);
      if (second !== undefined) y = Number(second);
      corners.push([x, y]);
    }
    return corners;
  };
  const lineOf = (group) => {
    const corners = cornersOf(group.querySelector(".line").getAttribute("d"));
    const dot = group.querySelector(".dot");
    const [x, y, scale] = dot.getAttribute("transform").match(/-?\d[\d.]*(?:e[-+]?\d+)?/g).map(Number);
    const parts = Array.from(group.querySelectorAll(".band, .line, .after"));
    const [leader, label] = [group.querySelector(".leader"), group.querySelector(".label")];
    const whole = { leader: leader.getAttribute("d"), label: label.getAttribute("y") };
    return { group, parts, dot, x, y, scale, corners, leader, label, whole };
  };
  const heightAt = ({ corners }, pixel) => (corners.findLast(([x]) => pixel >= x) ?? corners[0])[1];
  const isShown = ({ group }) => getComputedStyle(group).display !== "none";

  const enlarge = (svg) => {
    const given = JSON.parse(svg.dataset.zoom);
    const [left, right, top, bottom] = given.frame;
    const [x, y] = [axisOf(given.x), axisOf(given.y)];
    const whole = { left, right, top, bottom };
    const lines = Array.from(svg.querySelectorAll(".curve"), lineOf);
    const oldTicks = svg.querySelector(".ticks");
    const newTicks = svgPart("g", { class: "ticks" });
    oldTicks.before(newTicks);
    const bound = svg.querySelector(".atbound");
    let view = whole;
    const across = (pixel) => left + ((pixel - view.left) * (right - left)) / (view.right - view.left);
    const down = (pixel) => top + ((pixel - view.top) * (bottom - top)) / (view.bottom - view.top);

    const writeTicks = () => {
      newTicks.replaceChildren();
      const ends = [x.valueAt(view.left), x.valueAt(view.right)];
      for (const value of ticksOf(...ends, x.isLog)) {
        const at = across(x.pixelOf(value));
        if (!within(at, left, right)) continue;
        if (given.ticks.isCount ? !Number.isInteger(value) : false) continue;
        newTicks.append(svgPart("line", { class: "grid", x1: at, x2: at, y1: top, y2: bottom }));
        const place = { class: "tick", x: at, y: bottom + 16, "text-anchor": "middle" };
        newTicks.append(svgPart("text", place, textOf(value, given.ticks.x)));
      }
      for (const value of ticksOf(y.valueAt(view.bottom), y.valueAt(view.top), y.isLog)) {
        const at = down(y.pixelOf(value));
        if (!within(at, top, bottom)) continue;
        newTicks.append(svgPart("line", { class: "grid", x1: left, x2: right, y1: at, y2: at }));
        const place = { class: "tick", x: left - 6, y: at + 4, "text-anchor": "end" };
        newTicks.append(svgPart("text", place, textOf(value, given.ticks.y)));
      }
    };
    const writeLabels = () => {
      const edge = Math.min(view.right, right);
      const placed = lines.map((line) => ({ line, at: down(heightAt(line, edge)) }));
      placed.sort((a, b) => a.at - b.at);
      let last = top - 14;
      for (const { line, at } of placed) {
        const inside = isShown(line) ? within(at, top - 1, bottom + 1) : false;
        for (const part of [line.leader, line.label]) part.toggleAttribute("hidden", !inside);
        if (!inside) continue;
        last = Math.max(at, last + 14);
        line.leader.setAttribute("d", "M" + right + " " + at + "L" + (right + 14) + " " + last);
        line.label.setAttribute("y", last + 4);
      }
    };
    const draw = () => {
      const isWhole = view === whole;
      oldTicks.toggleAttribute("hidden", !isWhole);
      newTicks.toggleAttribute("hidden", isWhole);
      const [sx, sy] = [across(1) - across(0), down(1) - down(0)];
      const matrix = "matrix(" + [sx, 0, 0, sy, across(0), down(0)].join(" ") + ")";
      for (const line of lines) {
        for (const part of line.parts) part.setAttribute("transform", matrix);
        const [dotX, dotY] = [across(line.x), down(line.y)];
        line.dot.setAttribute("transform", "translate(" + dotX + " " + dotY + ") scale(" + line.scale + ")");
        const inside = within(dotX, left, right) ? within(dotY, top, bottom) : false;
        line.dot.toggleAttribute("hidden", !inside);
        line.leader.setAttribute("d", line.whole.leader);
        line.label.setAttribute("y", line.whole.label);
        for (const part of [line.leader, line.label]) part.removeAttribute("hidden");
      }
      if (bound !== null) {
        const own = Number(bound.querySelector("line").getAttribute("y1"));
        bound.setAttribute("transform", "translate(0 " + (down(own) - own) + ")");
        bound.toggleAttribute("hidden", !within(down(own), top, bottom));
      }
      if (isWhole) return;
      writeTicks();
      writeLabels();
    };

    const output = document.createElement("output");
    const show = (next) => {
      const isAll = next.left === left ? next.right === right : false;
      view = isAll ? (next.top === top ? whole : next) : next;
      draw();
      const ends = [x.valueAt(view.left), x.valueAt(view.right)];
      output.textContent =
        view === whole ? "" : ends.map((value) => textOf(Number(value.toPrecision(3)), given.ticks.x)).join(" to ");
    };
    /** Heights that the lines which are shown reach between two places. */
    const fitted = (from, to) => {
      const shown = lines.filter(isShown);
      const heights = shown.flatMap((line) => [
        heightAt(line, from),
        heightAt(line, to),
        ...line.corners.filter(([at]) => within(at, from, to)).map(([, height]) => height),
      ]);
      const [low, high] = [Math.max(top, Math.min(...heights)), Math.min(bottom, Math.max(...heights))];
      const room = Math.max(4, 0.06 * (high - low));
      return { left: from, right: to, top: low - room, bottom: high + room };
    };
    const across2 = (from, to) => {
      const width = Math.min(right - left, Math.max(4, to - from));
      const start = Math.min(right - width, Math.max(left, (from + to - width) / 2));
      show(width === right - left ? whole : fitted(start, start + width));
    };
    const resized = (factor) => {
      const [middle, half] = [(view.left + view.right) / 2, (factor * (view.right - view.left)) / 2];
      across2(middle - half, middle + half);
    };
    const moved = (share) => {
      const by = share * (view.right - view.left);
      across2(view.left + by, view.right + by);
    };
    addBar(svg, output, [
      ["+", "Zoom in", () => resized(0.5)],
      ["\u2212", "Zoom out", () => resized(2)],
      ["\u2190", "Move left", () => moved(-0.25)],
      ["\u2192", "Move right", () => moved(0.25)],
      ["Whole", "Show the whole range", () => show(whole)],
    ]);
    addBrush(svg, whole, { shown: () => view, show, fitted });
    svg.addEventListener("dblclick", () => show(whole));
  };

  const addBar = (svg, output, actions) => {
    const bar = document.createElement("div");
    bar.className = "zoom";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Zoom");
    for (const [text, label, act] of actions) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-label", label);
      button.title = label;
      button.addEventListener("click", act);
      bar.append(button);
    }
    bar.append(output);
    svg.closest(".scrollbox").before(bar);
  };

  /** A rectangle dragged with mouse or pen; fingers scroll. */
  const addBrush = (svg, { left, right, top, bottom }, { shown, show, fitted }) => {
    const pixelOf = (event) => {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [Math.min(right, Math.max(left, x)), Math.min(bottom, Math.max(top, y)), within(x, left, right)];
    };
    let [start, mark] = [null, null];
    const end = () => {
      mark?.remove();
      [start, mark] = [null, null];
    };
    svg.addEventListener("pointerdown", (event) => {
      const [x, y, inside] = pixelOf(event);
      if ([event.button !== 0, event.pointerType === "touch", !inside].some(Boolean)) return;
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      start = [x, y];
      mark = svgPart("rect", { class: "brush" });
      svg.append(mark);
    });
    const boxTo = (event) => {
      const [x, y] = pixelOf(event);
      return [Math.min(x, start[0]), Math.max(x, start[0]), Math.min(y, start[1]), Math.max(y, start[1])];
    };
    svg.addEventListener("pointermove", (event) => {
      if (start === null) return;
      const [from, to, high, low] = boxTo(event);
      const box = { x: from, y: high, width: to - from, height: low - high };
      for (const [key, value] of Object.entries(box)) mark.setAttribute(key, value);
    });
    svg.addEventListener("pointerup", (event) => {
      if (start === null) return;
      const [from, to, high, low] = boxTo(event);
      end();
      if (8 > to - from) return;
      const view = shown();
      const across = (pixel) => view.left + ((pixel - left) * (view.right - view.left)) / (right - left);
      const down = (pixel) => view.top + ((pixel - top) * (view.bottom - view.top)) / (bottom - top);
      const isFlat = 8 > low - high;
      const sides = { left: across(from), right: across(to) };
      show(isFlat ? fitted(sides.left, sides.right) : { ...sides, top: down(high), bottom: down(low) });
    });
    svg.addEventListener("pointercancel", end);
    addEventListener("keydown", (event) => {
      if (event.key === "Escape") end();
    });
  };

  for (const svg of document.querySelectorAll("svg[data-zoom]"))
    if (svg.querySelector(".curve") !== null) enlarge(svg);
})();
`;
