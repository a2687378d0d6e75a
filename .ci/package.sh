#!/usr/bin/env bash
# The package as a user gets it: pack, install the tarball in an empty project, run it, run the README's plain JavaScript,
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

sed -n '/^```js$/,/^```$/p' "$repository/README.md" | sed '/^```/d' >readme.mjs
node readme.mjs | grep "one random episode: -\?[0-9.e+]* us"

node "$repository/.ci/blocks.mjs" "$project" "$repository/docs/adding.md"

for name in least-loaded cross-entropy; do cp "$name.ts" "$name.mts"; done
"$repository/node_modules/.bin/tsc" --noEmit --strict --target es2022 --module nodenext --types "" ./*.mts
echo "types: the tutorial's planner and agent fit the published declarations"
