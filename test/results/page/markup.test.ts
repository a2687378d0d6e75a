import { describe, expect, test } from "vitest";
import { element, html, lines } from "../../../results/page/markup.ts";

describe("an element", () => {
  test("closes itself without content and encloses what it has", () => {
    expect(element("rect", { class: "lane", x: 1 }).markup).toBe('<rect class="lane" x="1"/>');
    expect(element("g", {}, null, []).markup).toBe("<g/>");
    expect(element("g", {}, html`<i/>`, "a").markup).toBe("<g><i/>a</g>");
  });

  test("rounds numbers to a hundredth and leaves null attributes out", () => {
    expect(element("line", { x1: 1 / 3, class: null, y1: 2 }).markup).toBe('<line x1="0.33" y1="2"/>');
  });

  test("escapes attributes and content", () => {
    expect(element("text", { title: `"<&` }, "<b>").markup).toBe(
      '<text title="&quot;&lt;&amp;">&lt;b&gt;</text>',
    );
  });
});

test("puts one fragment on a line", () => {
  expect(lines([html`<i/>`, "a<b"]).markup).toBe("<i/>\na&lt;b\n");
  expect(lines([]).markup).toBe("");
});
