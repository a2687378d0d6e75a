import { hostileFiles } from "/work/h4/test/scenarios/import/hostile-files.ts";
import { writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
const want = process.argv[2];
for (const { format, name, content } of hostileFiles) {
  if (want && !`${format} ${name}`.match(want)) continue;
  writeFileSync("/tmp/h4/hostile", content());
  const t = Date.now();
  const r = spawnSync("node", ["--import", "tsx", "test/scenarios/import/import-in-child.ts", "/tmp/h4/hostile", format], { cwd: "/work/h4", encoding: "utf8", timeout: 90000 });
  let out; try { out = JSON.parse(r.stdout); } catch { out = { maxBytes: -1, said: `CRASH ${r.signal} ${r.stderr.slice(0, 300)}` }; }
  console.log(`${out.maxBytes > 512*2**20 || out.maxBytes < 0 ? "!!" : "  "} ${(out.maxBytes / 2 ** 20).toFixed(0).padStart(5)} MiB ${((Date.now() - t) / 1000).toFixed(1).padStart(5)} s  ${format}: ${name}: ${out.said.slice(0, 170)}`);
}
