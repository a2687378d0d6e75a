#!/usr/bin/env bash
# The package as a user gets it: pack, install the tarball in an empty project, run it, import it from plain JavaScript,
# and go through docs/adding.md there. Usage: bash .ci/package.sh
set -euo pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
project=$(mktemp -d)
trap 'rm -rf "$project"' EXIT

cd "$repository"
tarball=$(npm pack --silent --pack-destination "$project" | tail -n 1)
cd "$project"
npm init --yes >/dev/null
npm install --no-audit --no-fund "./$tarball"

npx placement-gym --version
npx placement-gym list --json >list.json
npx placement-gym compare --suite start --methods reinforce,hill-climb,heft --evaluations 100 --out first --json >report.json
test -s first/index.html

cat >script.mjs <<'JS'
import { make } from "placement-gym";
import { suites } from "placement-gym/scenarios";

const env = await make("Placement/Refine-v1", { scenario: suites.start[0] });
const { observation, info } = env.reset({ seed: 1 });
let total = 0;
for (let done = false, mask = info.actionMask; !done; ) {
  const step = env.step(mask.lastIndexOf(1));
  total += step.reward;
  mask = step.info.actionMask;
  done = step.terminated || step.truncated;
}
if (observation === undefined || !Number.isFinite(total)) throw new Error("The episode went wrong.");
console.log(`plain JavaScript: one episode, improvement ${total} us`);
JS
node script.mjs

node "$repository/.ci/blocks.mjs" "$project" "$repository/docs/adding.md"

for name in least-loaded cross-entropy; do cp "$name.ts" "$name.mts"; done
"$repository/node_modules/.bin/tsc" --noEmit --strict --target es2022 --module nodenext --types "" ./*.mts
echo "types: the tutorial's planner and agent fit the published declarations"
