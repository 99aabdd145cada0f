"""Compare CNN training programs: images per second of the same network, interleaved.

Every program runs as worker processes (see README.md for the protocol). Rounds are
interleaved, so that a change in the machine's speed meets all programs alike.
"""

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import summary
from common import NETWORKS

HERE = Path(__file__).resolve().parent

# The best configuration found of each framework ...
PEERS = {
    "torch": "worker_torch.py",
    "keras-tensorflow": "worker_keras.py --backend tensorflow",
    "jax": "worker_jax.py",
}
# ... and those that were slower (--all).
OTHERS = {
    "torch bfloat16": "worker_torch.py --bfloat16",
    "torch contiguous": "worker_torch.py --contiguous",
    "torch compile": "worker_torch.py --compile",
    "keras-tensorflow 8 steps": "worker_keras.py --steps-per-execution 8",
    "keras-tensorflow jit": "worker_keras.py --jit",
    "keras-jax": "worker_keras.py --backend jax --steps-per-execution 8",
    "keras-torch": "worker_keras.py --backend torch",
    "jax reduce-window": "worker_jax.py --reduce-window",
    "jax rbg": "worker_jax.py --rbg",
    "jax im2col rbg": "worker_jax.py --im2col --rbg",
    "jax im2col rbg vmap 4": "worker_jax.py --im2col --rbg --vmap 4",
}
WORKER_OPTIONS = (
    " --workload {workload} --batch {batch} --threads {threads}"
    " --windows {windows} --window-s {window_s}"
)


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--mode", choices=("one", "two", "grid"), default="grid")
    add("--workload", nargs="+", default=["vgg28"], choices=NETWORKS)
    add("--batch", nargs="+", type=int, default=[32], metavar="N")
    add("--rounds", type=int, default=3)
    add("--windows", type=int, default=4, help="timed windows per process")
    add("--window-s", type=float, default=1.5, help="seconds per window")
    add("--ours", metavar="COMMAND", help="the program to compare with the peers")
    add("--all", action="store_true", help="also the slower configurations")
    add("--python", default=sys.executable, help="interpreter of the peers")
    add("--cores", nargs=2, type=int, metavar="CORE", help="the two cores to use")
    add("--timeout", type=float, default=300, help="seconds per process")
    add("--json", type=Path, metavar="FILE", help="write every window to FILE")
    return parser.parse_args()


def program_templates(args):
    """Command template by program name."""
    peers = PEERS | OTHERS if args.all else PEERS
    prefix = f"{shlex.quote(args.python)} {shlex.quote(str(HERE))}/"
    templates = {name: prefix + peer + WORKER_OPTIONS for name, peer in peers.items()}
    if args.ours:
        templates[summary.OURS] = args.ours
    return templates


def available_cores():
    """Two cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
    else:
        cores = list(range(os.cpu_count() or 1))
    if len(cores) < 2:
        sys.exit("bench.py: needs two cores, this process may use one")
    return cores[:2]


@contextlib.contextmanager
def pinned(cores):
    """Processes spawned inside stay on `cores`, where the system can pin."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Worker:
    """One worker process on its own cores."""

    def __init__(self, command, cores, timeout):
        self.errors = tempfile.TemporaryFile("w+", errors="replace")
        environment = os.environ | {"PEERS_STARTED": repr(time.time())}
        with pinned(cores):
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
                env=environment,
                start_new_session=True,
            )
        self.watchdog = threading.Timer(timeout, self.kill)
        self.watchdog.start()

    def read_line(self, prefix):
        """The rest of the next line of output that starts with `prefix`."""
        for line in self.process.stdout:
            if line.startswith(prefix):
                return line.removeprefix(prefix)
        status = self.process.wait()
        reason = "timed out" if self.watchdog.finished.is_set() else f"exited {status}"
        self.errors.seek(0)
        tail = "".join(self.errors.readlines()[-5:])
        raise RuntimeError(f"{reason} before its {prefix.strip()} line\n{tail}")

    def go(self):
        """Let the warm process measure."""
        self.process.stdin.write("GO\n")
        self.process.stdin.flush()

    def result(self):
        """What the process measured, once it has ended."""
        line = self.read_line("JSON ")
        self.process.communicate()
        return json.loads(line)

    def kill(self):
        """End the process and whatever it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self):
        """Leave nothing behind."""
        self.watchdog.cancel()
        self.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()


def placements(mode, cores, turn):
    """The cores of each worker of a run; the workers measure at the same time."""
    match mode:
        case "one":
            return [[cores[turn % len(cores)]]]
        case "two":
            return [cores]
        case "grid":
            return [[core] for core in cores]


def run(template, values, placement, timeout):
    """Run one program once; return the results of its workers."""
    values = values | {"threads": len(placement[0])}
    command = [part.format(**values) for part in shlex.split(template)]
    workers = []
    try:
        for cores in placement:
            workers.append(Worker(command, cores, timeout))
        for worker in workers:
            worker.read_line("READY")
        for worker in workers:
            worker.go()
        return [worker.result() for worker in workers]
    finally:
        for worker in workers:
            worker.close()


@contextlib.contextmanager
def fma_burst_for_workers():
    """Compile fma_burst.c, where that is possible, and tell the workers where it is."""
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder, "fma_burst.so"))
        flags = ["-O3", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC"]
        source = HERE.parent / "Sources" / "CFMABurst" / "fma_burst.c"
        command = ["cc", *flags, "-o", library, str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True)
            os.environ["PEERS_FMA_BURST"] = library
        except (OSError, subprocess.CalledProcessError):
            print("fma_burst.c did not compile: FMA reads 0", file=sys.stderr)
        yield


def main():
    """Measure in rounds, then print the table and the ratios."""
    args = parse_arguments()
    cores = args.cores or available_cores()
    templates = program_templates(args)
    rows, failures = {}, 0
    turns = [
        (turn, workload, batch, program)
        for turn in range(args.rounds)
        for workload in args.workload
        for batch in args.batch
        for program in templates
    ]
    with fma_burst_for_workers():
        for turn, workload, batch, program in turns:
            values = dict(
                workload=workload,
                batch=batch,
                windows=args.windows,
                window_s=args.window_s,
            )
            placement = placements(args.mode, cores, turn)
            label = f"{turn + 1}/{args.rounds} {workload} b{batch} {program}"
            try:
                results = run(templates[program], values, placement, args.timeout)
                windows = summary.combine(results)
            except (OSError, RuntimeError, ValueError, LookupError) as error:
                failures += 1
                print(f"{label}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            key = program, workload, batch
            rows.setdefault(key, summary.Row(args.mode, *key)).add(results, windows)
            rates = " ".join(f"{window.ips:.0f}" for window in windows)
            print(f"{label}: {rates} images/s", file=sys.stderr)

    rows = list(rows.values())
    print(summary.table(rows))
    for line in summary.ratios(rows):
        print(line)
    for line in summary.ratio_lines(rows):
        print(line)
    if args.json:
        args.json.write_text(json.dumps([row.as_dict() for row in rows], indent=1))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
