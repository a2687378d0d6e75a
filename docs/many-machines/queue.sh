#!/usr/bin/env bash
# One evaluation over a queue, all on this machine: bash docs/many-machines/queue.sh
# On several machines, give the Redis an address that the others reach and start the worker line on each of them. All of
# them take the password from PLACEMENT_GYM_QUEUE. Needs redis-server, and npm install bullmq@6 ioredis@6.
set -euo pipefail

RUNS=${RUNS:-runs/queue}
WORKERS=${WORKERS:-2}
PORT=${PORT:-16380}
SECRET=$(node -p 'crypto.randomBytes(16).toString("hex")')
export PLACEMENT_GYM_QUEUE=redis://:$SECRET@127.0.0.1:$PORT

started=()
trap 'kill "${started[@]}"' EXIT

# The password goes through a pipe, since ps shows command lines.
redis-server - <<<"requirepass $SECRET
port $PORT
bind 127.0.0.1
save \"\"" >/dev/null &
started+=($!)
until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do sleep 0.1; done

for _ in $(seq "$WORKERS"); do
  placement-gym worker --queue env --jobs 1 &
  started+=($!)
done

placement-gym evaluate --suite toy --methods heft,tabu,random --simulations 100 --seeds 3 --queue env --out "$RUNS"
