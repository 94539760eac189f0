#!/usr/bin/env bash
# What a GPU must show, in under 12 minutes, on JAX and PyTorch; TensorFlow is not needed.
#
#     bash benchmarks/gpu.sh OUT            on a machine with a GPU
#     SMALL=1 bash benchmarks/gpu.sh OUT    a rehearsal on a CPU
#
# OUT, a new folder, gets a log of each part, and the tables for the docs in summary.md. WHEELS may
# name a folder with wheels of what the machine lacks, MNIST a file with MNIST, for stacked MNIST.
set -uo pipefail
mkdir -p "$1" && out=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
export PYTHONPATH=$PWD:$PWD/plugins GANKIT_CACHE=$out/cache
export XLA_PYTHON_CLIENT_PREALLOCATE=false # so that the memory in use is what a run needs
[ -z "${WHEELS:-}" ] || pip install -q --no-index --no-deps "$WHEELS"/*.whl

if [ -n "${SMALL:-}" ]; then
  batch=8 rounds=2 steps=2 bricks=64 epochs=2 limit=600 game=20
else
  batch=128 rounds=5 steps=60 bricks=10000 epochs=4 limit=110 game=5000
fi
lego="plain,best,best/mixed_bfloat16,bare_jax,bare_jax/mixed_bfloat16"
lego+=",jax,jax/mixed_bfloat16,fit,several,several/mixed_bfloat16,torch,torch/mixed_bfloat16"

used() { nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits 2>/dev/null; }

watch_memory() { # the most that was in use, in MiB
  local most=0 now
  while sleep 1; do
    now=$(used | sort -n | tail -1)
    if [ "${now:-0}" -gt "$most" ]; then most=$now && echo "$most" >"$out/memory"; fi
  done
}

part() { # NAME COMMAND…: whatever comes of it, the next part follows
  local name=$1 started=$SECONDS code=0 watcher
  shift
  echo 0 >"$out/memory"
  watch_memory & watcher=$!
  timeout "$limit" "$@" >"$out/$name.log" 2>&1 || code=$?
  kill "$watcher"
  wait "$watcher" 2>/dev/null
  echo "| $name | $((SECONDS - started)) s | $(cat "$out/memory") MiB | exit code $code |"
}

parts() {
  part step-lego python benchmarks/step.py --batch $batch --rounds $rounds --steps $steps --arms "$lego"
  part step-ring python benchmarks/step.py --game ring_best --rounds $rounds --steps $((5 * steps)) \
    --arms plain,fused,jax,fit,several,torch
  for backend in jax torch; do
    part "run-$backend" python -m gankit run dcgan_lego_book --backend $backend --out "$out/run-$backend" \
      --set dataset.count=$bricks --set training.batch_size=$batch --set training.epochs=$epochs
    part "resume-$backend" python benchmarks/kill_and_resume.py $backend "$out/resume-$backend"
  done
  part bench-ring python -m gankit bench ring --backend jax --arms best --seeds 2 --steps $game \
    --out "$out/ring"
  [ -z "${MNIST:-}" ] || part bench-stacked-mnist python -m gankit bench stacked-mnist --backend jax \
    --arms relativistic-r1-r2 --seeds 1 --steps $game --data "$MNIST" --out "$out/stacked-mnist"
}

{
  echo "$(nvidia-smi --query-gpu=name --format=csv,noheader || echo CPU), $(date +%F)"
  printf '\n| part | time | memory of the GPU | |\n| --- | --- | --- | --- |\n'
  parts
  echo
  sed -n '/┏/,$p' "$out"/step-*.log
  grep -h "modes, reverse KL" "$out"/bench-stacked-mnist.log
  grep -h "images/s\|/$epochs " "$out"/run-*.log
  grep -h "largest difference" "$out"/resume-*.log
} 2>/dev/null | tee "$out/summary.md"
