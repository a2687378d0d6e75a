import { readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { startBrowser, seriousFindings, complaintsOf } from "./browser.ts";
const site = process.argv[2];
const b = await startBrowser();
const looks: any = { desktop: { viewport: { width: 1280, height: 900 } }, phone: { viewport: { width: 390, height: 844 }, isMobile: true }, dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" } };
for (const [name, look] of Object.entries(looks) as any) {
  const p = await b.newPage(look); const c = complaintsOf(p);
  const t0 = performance.now();
  await p.goto(pathToFileURL(site + "/index.html").href, { waitUntil: "load" });
  const t = await p.evaluate(`(() => { const n = performance.getEntriesByType('navigation')[0]; return [n.domContentLoadedEventEnd, n.loadEventEnd].map(Math.round); })()`);
  console.log(name, "load ms", t, Math.round(performance.now() - t0));
  await p.screenshot({ path: `/tmp/b/shot-${name}.png`, fullPage: true });
  if (name !== "phone") console.log(name, "findings", await seriousFindings(p));
  console.log(name, "complaints", c, "overflow", await p.evaluate("document.documentElement.scrollWidth - innerWidth"));
  await p.close();
}
await b.close();
