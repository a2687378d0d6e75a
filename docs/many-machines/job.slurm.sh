#!/usr/bin/env bash
# One evaluation as a Slurm array: sbatch docs/many-machines/job.slurm.sh
#SBATCH --job-name=evaluation
#SBATCH --array=0-2
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
set -euo pipefail

RUNS=${RUNS:-runs/evaluation}

placement-gym evaluate --suite toy --methods heft,tabu,random --simulations 100 --seeds 3 \
  --shard auto --jobs "${SLURM_CPUS_PER_TASK:-1}" \
  --out "$RUNS/part-$SLURM_ARRAY_TASK_ID-${SLURM_RESTART_COUNT:-0}"
