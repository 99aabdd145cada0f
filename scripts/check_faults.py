"""Breaks dropgrid in every way that a machine can, and checks that no finished trial is lost.

Run by scripts/check-faults, which builds what this needs. After each fault the results file must
open in h5py and xarray and pass `dropgrid verify`, every trial that was finished must be as it was,
and the sweep that goes on must end in the same bits as one that nobody disturbed.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy
import xarray

import faults_others

GRID = """
title: Faults
data: {name: fashion-mnist-mini, train: 96, test: 64, validation: 32}
dropout: {rate: [0, 0.5]}
epochs: 2
seed: %s
"""
# Behind the seeds of the grid above: one of the two arms stops after the first epoch.
STOPPING = "1..6\nweights: every 1\nstopping: {rule: median, rungs: [1]}"
# Whatever depends on when and how often the program ran.
NOT_COMPARED = {"session", "finished_at", "duration", "row_crc32c", "generation"}
MEMORY_LIMIT = 500 << 20


class Failure(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Failure(what)


class Program:
    def __init__(self, options):
        self.path = options.dropgrid
        self.shim = options.shim

    def start(self, arguments, folder, faults=None, prefix=()):
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
        if faults:
            environment["LD_PRELOAD"] = self.shim
            environment.update({f"FAULT_{key}": str(value) for key, value in faults.items()})
        with open(folder / "output", "wb") as output, open(folder / "errors", "wb") as errors:
            return subprocess.Popen(
                [*prefix, self.path, *map(str, arguments)], cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=output, stderr=errors)

    def run(self, arguments, folder, faults=None, prefix=()):
        """The exit code, negative for a signal, and the most memory in bytes."""
        process = self.start(arguments, folder, faults, prefix)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss * 1024


class Checker:
    def __init__(self, options):
        self.program = Program(options)
        self.quick = options.quick
        self.stride = options.stride or (90 if options.quick else 1)
        self.kills = options.kills or (3 if options.quick else 200)
        self.random = random.Random(options.seed)
        self.work = pathlib.Path(options.work)
        self.folders = 0
        self.references = {}
        self.counts = {}

    # What the checks are made of.

    def folder(self, seeds="1..2"):
        """A new directory with a grid."""
        self.folders += 1
        folder = self.work / f"fault{self.folders}"
        folder.mkdir()
        (folder / "grid.yaml").write_text(GRID % seeds)
        return folder

    def count(self, what, number=1):
        self.counts[what] = self.counts.get(what, 0) + number

    def contents(self, path):
        """Every recorded number: arrays by name, and the status of each trial."""
        arrays = {}

        def visit(name, item):
            if isinstance(item, h5py.Dataset) and name not in NOT_COMPARED:
                if not name.startswith("provenance"):
                    arrays[name] = item[()]

        with h5py.File(path, "r") as file:
            file.visititems(visit)
        return arrays

    def sound(self, path):
        """Opens a file in every way there is; returns its contents."""
        arrays = self.contents(path)
        with xarray.open_dataset(path, engine="h5netcdf") as data:
            data.load()
        code, _ = self.program.run(["verify", path.name], path.parent)
        errors = (path.parent / "errors").read_text()
        require(code == 0, f"verify ends with {code}: {errors}")
        self.count("files opened in h5py and xarray and verified")
        return arrays

    def reference(self, seeds="1..2"):
        """What a sweep that nobody disturbs records."""
        if seeds not in self.references:
            folder = self.folder(seeds)
            code, _ = self.program.run(["run", "grid.yaml", "-o", "out.h5"], folder)
            require(code == 0, f"an undisturbed sweep ends with {code}")
            self.references[seeds] = self.sound(folder / "out.h5")
        return self.references[seeds]

    def same(self, arrays, reference, rows=None):
        """Whether rows of a file have the bits of the reference; all rows where none are given."""
        require(arrays.keys() == reference.keys(), "the file has other datasets")
        for name, values in arrays.items():
            other = reference[name]
            if rows is None:
                same = values.tobytes() == other.tobytes() if values.dtype != object else all(
                    numpy.ravel(values) == numpy.ravel(other))
            elif name.startswith(("weights/", "cells/")) or values.shape[:1] != (
                    len(reference["status"]),):
                continue
            elif values.dtype == object:
                same = all(values[row] == other[row] for row in rows)
            else:
                same = all(values[row].tobytes() == other[row].tobytes() for row in rows)
            require(same, f"{name} differs from the undisturbed sweep's")

    def survived(self, path, at_least=frozenset(), seeds="1..2"):
        """Checks what a fault left; returns the rows that are finished."""
        if not path.exists():
            require(not at_least, "the results file is gone")
            return frozenset()
        arrays = self.sound(path)
        rows = frozenset(numpy.flatnonzero(arrays["status"]).tolist())
        require(at_least <= rows, f"finished trials are lost: {sorted(at_least - rows)}")
        self.same(arrays, self.reference(seeds), rows)
        self.count("finished trials found after a fault", len(rows))
        return rows

    def resume(self, folder, seeds="1..2", arguments=()):
        """Goes on to the end and compares."""
        code, _ = self.program.run(["run", "grid.yaml", "-o", "out.h5", *arguments], folder)
        errors = (folder / "errors").read_text()
        require(code == 0, f"the sweep that goes on ends with {code}: {errors}")
        self.same(self.sound(folder / "out.h5"), self.reference(seeds))
        require(not (folder / "out.h5.d").exists(), "out.h5.d is left behind")
        require(not (folder / "out.h5.dropgrid-tmp").exists(), "out.h5.dropgrid-tmp is left behind")
        self.count("sweeps that went on to the same bits")
        shutil.rmtree(folder)

    def one_error(self, folder, code, what):
        errors = (folder / "errors").read_text()
        require(code >= 0, f"{what}: dies of signal {-code}: {errors[-300:]}")
        if code not in (0, 3):
            require(errors.count("dropgrid: ") == 1, f"{what}: not one error: {errors}")

    # The checks.

    def random_kills(self):
        """kill -9 at random moments of one sweep after the other, until enough have struck."""
        struck = self.kill_randomly("1..6", self.kills)
        self.count("kill -9 at a random moment", struck)

    def early_stopping(self):
        """kill -9 at random moments of sweeps that stop an arm: the decisions stay the same."""
        status = self.reference(STOPPING)["status"].tolist()
        require(sorted(status) == [1] * 6 + [5] * 6, f"the arms end as {status}")
        struck = self.kill_randomly(STOPPING, max(2, self.kills // 4))
        self.count("kill -9 of a sweep that stops arms early", struck)

    def kill_randomly(self, seeds, kills):
        """Kills sweeps and continues them to the end; returns how many kills have struck."""
        reference = self.reference(seeds)
        struck = 0
        while struck < kills:
            folder = self.folder(seeds)
            kept = frozenset()
            for attempt in range(4):
                every = self.random.choice(["0s", "0.02s", "60s"])
                jobs = self.random.choice([1, 2, 3])
                process = self.program.start(
                    ["run", "grid.yaml", "-o", "out.h5", "--jobs", jobs, "--checkpoint-every",
                     every], folder)
                time.sleep(self.random.uniform(0.0, 1.2))
                process.kill()
                if process.wait() == -signal.SIGKILL:
                    struck += 1
                kept = self.survived(folder / "out.h5", kept, seeds)
                if len(kept) == len(reference["status"]):
                    break
            self.resume(folder, seeds)
        return struck

    def calls(self, arguments):
        """How many calls that change a file a run of the smallest grid makes."""
        folder = self.folder("1")
        code, _ = self.program.run(arguments, folder, {"COUNT": folder / "count"})
        require(code == 0, f"counting calls ends with {code}")
        return int((folder / "count").read_text().split()[0])

    SMALLEST = ["run", "grid.yaml", "-o", "out.h5", "--jobs", "1", "--checkpoint-every", "0s"]

    def every_call(self):
        """kill -9 at every call that changes a file, skipped and half done."""
        total = self.calls(self.SMALLEST)
        print(f"  {total} calls that change a file", flush=True)
        for half in (False, True):
            start = 1 + self.random.randrange(self.stride)
            for call in range(start, total + 1, self.stride):
                folder = self.folder("1")
                faults = {"KILL_AT": call} | ({"HALF": 1} if half else {})
                code, _ = self.program.run(self.SMALLEST, folder, faults)
                require(code in (-signal.SIGKILL, 0), f"call {call}: the code is {code}")
                self.survived(folder / "out.h5", seeds="1")
                self.resume(folder, "1")
                if code != 0:
                    self.count(f"kill -9 at a call, {'half done' if half else 'skipped'}")

    def extension(self):
        """kill -9 at every call of an extension that changes a file, skipped and half done."""
        more = ("seed=1..2", "--extend")
        first = self.folder("1")
        require(self.program.run(self.SMALLEST, first)[0] == 0, "the first sweep")

        def extend(faults):
            folder = self.folder("1")
            shutil.copy(first / "out.h5", folder)
            return folder, self.program.run([*self.SMALLEST, *more], folder, faults)[0]

        folder, code = extend({"COUNT": first / "count"})
        require(code == 0, f"an extension ends with {code}")
        self.same(self.sound(folder / "out.h5"), self.reference())
        total = int((first / "count").read_text().split()[0])
        print(f"  {total} calls that change a file", flush=True)
        for half in (False, True):
            start = 1 + self.random.randrange(self.stride)
            for call in range(start, total + 1, self.stride):
                folder, code = extend({"KILL_AT": call} | ({"HALF": 1} if half else {}))
                require(code in (-signal.SIGKILL, 0), f"call {call}: the code is {code}")
                trials = len(self.contents(folder / "out.h5")["status"])
                self.survived(folder / "out.h5", {0, 1}, "1" if trials == 2 else "1..2")
                self.resume(folder, "1..2", more)
                self.count("kill -9 at a call of an extension")

    def full_disk(self):
        """The disk is full, or fails, from one call on."""
        total = self.calls(self.SMALLEST)
        for kind in ("ENOSPC_AT", "EIO_AT"):
            stride = 2 * self.stride + 1
            for call in range(1 + self.random.randrange(stride), total + 1, stride):
                folder = self.folder("1")
                code, _ = self.program.run(self.SMALLEST, folder, {kind: call})
                self.one_error(folder, code, f"{kind} {call}")
                require(code in (0, 4), f"{kind} {call}: the code is {code}")
                self.survived(folder / "out.h5", seeds="1")
                self.resume(folder, "1")
                self.count(f"{kind[:-3]} from a call on")

    def reserved_disk(self):
        """Another program fills the disk in the middle of a sweep: the rows' space is theirs."""
        disk = self.work / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
        if os.geteuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
            print("  SKIPPED: nobody may mount a tmpfs here")
            return
        try:
            folder = disk / "sweep"
            folder.mkdir()
            (folder / "grid.yaml").write_text(GRID % "1..6")
            self.reference("1..6")
            process = self.program.start(
                ["run", "grid.yaml", "-o", "out.h5", "--checkpoint-every", "0s"], folder)
            while not (folder / "out.h5").exists() and process.poll() is None:
                time.sleep(0.005)
            with open(disk / "filler", "wb", buffering=0) as filler:
                try:
                    while filler.write(b"x" * 65536):
                        pass
                except OSError:
                    pass
            # What it prints goes to the same disk, and is lost: 74.
            require(
                process.wait() in (0, 74), f"it ends with {process.returncode} on a full disk")
            os.remove(disk / "filler")
            self.survived(folder / "out.h5", frozenset(range(12)), "1..6")
            self.count("disk filled in the middle of a sweep")
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def permissions(self):
        """A directory that cannot be written, and permissions that are taken away midway."""
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        folder = self.folder("1..6")
        os.chmod(self.work, 0o755)
        for path in (folder, folder / "grid.yaml"):
            if prefix:
                os.chown(path, 65534, 65534)
        probe = subprocess.run(
            [*prefix, self.program.path, "--version"], capture_output=True, check=False)
        if probe.returncode != 0:
            print("  SKIPPED: the program cannot be run as an ordinary user here")
            return
        os.chmod(folder, 0o555)
        command = ["run", "grid.yaml", "-o", "out.h5"]
        code, _ = self.program.run(command, folder, prefix=prefix)
        self.one_error(folder, code, "a read-only directory")
        require(code == 4 and not (folder / "out.h5").exists(), f"the code is {code}")
        self.count("read-only directory")
        for round in range(1 if self.quick else 5):
            os.chmod(folder, 0o755)
            process = self.program.start(
                [*command, "--checkpoint-every", "0s"], folder, prefix=prefix)
            while not (folder / "out.h5").exists() and process.poll() is None:
                time.sleep(0.005)
            time.sleep(self.random.uniform(0, 0.3))
            (folder / "out.h5").chmod(0)
            os.chmod(folder, 0)
            code = process.wait()
            os.chmod(folder, 0o755)
            (folder / "out.h5").chmod(0o644)
            self.one_error(folder, code, "permissions taken away")
            require(code in (0, 4), f"the code is {code}")
            for path in folder.iterdir():
                os.chown(path, 0, 0) if os.geteuid() == 0 else None
            self.survived(folder / "out.h5", seeds="1..6")
            self.resume(folder, "1..6")
            self.count("permissions taken away midway")
            folder = self.folder("1..6")
            if prefix:
                os.chown(folder, 65534, 65534)

    def others(self):
        """Other programs and people open, empty, remove, replace and rename a running sweep's file."""
        try:
            faults_others.others(self)
        except AssertionError as failure:
            raise Failure(str(failure)) from failure

    def damaged_files(self):
        """Truncated files and flipped bits, to every command that reads a results file."""
        seeds = "1..2"
        reference = self.reference(seeds)
        made = self.folder(seeds)
        code, _ = self.program.run(["run", "grid.yaml", "-o", "out.h5"], made)
        require(code == 0, "no file to damage")
        good = (made / "out.h5").read_bytes()
        commands = [
            ["show", "out.h5"], ["show", "out.h5", "--answer"], ["show", "out.h5", "--trial", "0"],
            ["status", "out.h5"], ["verify", "out.h5"], ["merge", "out.h5", "-o", "merged.h5"],
            ["run", "grid.yaml", "-o", "out.h5"],
        ]
        damages = 3 if self.quick else 120
        for number in range(damages):
            data = bytearray(good)
            if number % 3 == 0:
                del data[self.random.randrange(len(data)):]
            elif number % 3 == 1:
                # Most of the file is weights: the structure gets its share.
                place = self.random.randrange(min(len(data), 1 << 16))
                data[place] ^= 1 << self.random.randrange(8)
            else:
                place = self.random.randrange(len(data))
                data[place] ^= 1 << self.random.randrange(8)
            folder = self.folder(seeds)
            for command in commands:
                for leftover in folder.glob("*.h5*"):
                    leftover.unlink()
                (folder / "out.h5").write_bytes(data)
                code, memory = self.program.run(command, folder)
                what = f"{' '.join(command)} of damage {number}"
                self.one_error(folder, code, what)
                require(code in (0, 4, 6), f"{what}: the code is {code}")
                require(memory < MEMORY_LIMIT, f"{what}: {memory >> 20} MB")
                if command[0] == "run" and code == 0:
                    self.same(self.sound(folder / "out.h5"), reference)
                self.count("damaged files given to a command")
            shutil.rmtree(folder)

    def two_writers(self):
        """A second run on the same file is refused and names the first."""
        folder = self.folder("1..6")
        self.reference("1..6")
        first = self.program.start(["run", "grid.yaml", "-o", "out.h5", "--jobs", "1"], folder)
        while not (folder / "out.h5").exists() and first.poll() is None:
            time.sleep(0.005)
        first.send_signal(signal.SIGSTOP)
        code, _ = self.program.run(["run", "grid.yaml", "-o", "out.h5"], folder)
        errors = (folder / "errors").read_text()
        require(code == 7 and f"process {first.pid}" in errors, f"{code}: {errors}")
        code, _ = self.program.run(["status", "out.h5"], folder)
        require(f"process {first.pid}" in (folder / "output").read_text(), "status names nobody")
        first.send_signal(signal.SIGCONT)
        require(first.wait() == 0, "the first writer was disturbed")
        self.resume(folder, "1..6")
        self.count("two writers at once")

    def signals(self):
        """SIGINT, SIGTERM, SIGHUP, each with its code; what ran goes on from its checkpoint."""
        # Not ignored, as under nohup: a program inherits that.
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            folder = self.folder("1..6")
            self.reference("1..6")
            process = self.program.start(
                ["run", "grid.yaml", "-o", "out.h5", "--checkpoint-every", "0s"], folder)
            # Once a trial runs, signals are heeded.
            while not any((folder / "out.h5.d").glob("*.ckpt")) and process.poll() is None:
                time.sleep(0.005)
            time.sleep(self.random.uniform(0.0, 0.1))
            process.send_signal(number)
            require(process.wait() in (code, 0), f"{number}: the code is {process.returncode}")
            self.survived(folder / "out.h5", seeds="1..6")
            self.resume(folder, "1..6")
            self.count("SIGINT, SIGTERM or SIGHUP")

    def own_deaths(self):
        """A trial that brings the process down twice is marked; the others go on."""
        for fault in ("CRASH_AT", "ABORT_AT"):
            folder = self.folder()
            command = ["run", "grid.yaml", "-o", "out.h5", "--jobs", "1"]
            # kill -9 leaves no note.
            process = self.program.start(command, folder)
            while not (folder / "out.h5").exists() and process.poll() is None:
                time.sleep(0.005)
            process.kill()
            process.wait()
            kept = self.survived(folder / "out.h5")
            require(not (folder / "out.h5.d" / "faults").exists(), "kill -9 left a note")
            for _ in range(2):
                code, _ = self.program.run(command, folder, {fault: 5})
                require(code in (-signal.SIGSEGV, -signal.SIGABRT), f"{fault}: code {code}")
                kept = self.survived(folder / "out.h5", kept)
            code, _ = self.program.run(command, folder)
            require(code == 3, f"the sweep ends with {code}")
            arrays = self.sound(folder / "out.h5")
            failed = numpy.flatnonzero(arrays["status"] == 2)
            require(len(failed) == 1 and all(arrays["status"] > 0), f"{arrays['status']}")
            message = arrays["message"][failed[0]].decode()
            require("brought the process down 2 times" in message, message)
            self.resume(folder, arguments=["--only", "failed"])
            self.count("process that died twice of its own doing")

    def steps(self):
        """A training step asks for no memory: twice the steps take as many blocks."""
        blocks = []
        for batch in (8, 4):
            folder = self.folder("1")
            code, _ = self.program.run(
                ["run", "grid.yaml", f"batch={batch}", "-o", "out.h5", "--jobs", "1"], folder,
                {"COUNT": folder / "count"})
            require(code == 0, f"a sweep ends with {code}")
            blocks.append(int((folder / "count").read_text().split()[1]))
        # 24 and 48 steps a trial; evaluation takes other batches.
        require(abs(blocks[1] - blocks[0]) < 24, f"memory asked for by steps: {blocks}")
        self.count("trial whose steps asked for no memory", 2)

    def bad_trials(self):
        """Trials that diverge or take too long are recorded; a sweep's time limit has its code."""
        folder = self.folder()
        grid = (folder / "grid.yaml").read_text()
        (folder / "grid.yaml").write_text(grid + "optimiser: {learning-rate: [0.01, 500]}\n")
        command = ["run", "grid.yaml", "-o", "out.h5"]
        require(self.program.run(command, folder)[0] == 3, "diverged trials have another code")
        arrays = self.sound(folder / "out.h5")
        ends = arrays["status"].tolist()
        require(ends.count(3) == 4 and ends.count(1) == 4, f"diverged trials: {ends}")
        require(self.program.run([*command, "--only", "diverged"], folder)[0] == 3, "anew")
        self.same(self.sound(folder / "out.h5"), arrays)
        self.count("diverging trial")
        folder = self.folder()
        code, _ = self.program.run([*command, "--trial-timeout", "0.0001"], folder)
        ends = self.sound(folder / "out.h5")["status"].tolist()
        require(code == 3 and ends == [4] * 4, f"timed-out trials: {code}, {ends}")
        self.resume(folder, arguments=["--only", "failed"])
        folder = self.folder("1..6")
        self.reference("1..6")
        code, _ = self.program.run(
            [*command, "--jobs", "1", "--max-time", "0.05"], folder)
        require(code == 10, f"--max-time ends with {code}")
        self.survived(folder / "out.h5", seeds="1..6")
        self.resume(folder, "1..6")
        self.count("time limits")

    def shards(self):
        """Shards of one plan, one of them killed and continued, merge to the whole sweep."""
        folder = self.folder("1..6")
        reference = self.reference("1..6")
        for shard in (1, 2, 3):
            command = ["run", "grid.yaml", "-o", f"{shard}.h5", "--shard", f"{shard}/3"]
            process = self.program.start(command, folder)
            time.sleep(self.random.uniform(0.3, 0.8))
            process.kill()
            process.wait()
            require(self.program.run(command, folder)[0] == 0, f"shard {shard}")
        for output, files in (("out.h5", ["1.h5", "2.h5", "3.h5"]),
                              ("again.h5", ["out.h5", "2.h5"])):
            code, _ = self.program.run(["merge", *files, "-o", output], folder)
            require(code == 0, f"merge ends with {code}")
            self.same(self.sound(folder / output), reference)
        self.resume(folder, "1..6")
        self.count("shards merged")

    def lost_output(self):
        """Standard output full, closed or without a reader: all say so, and a sweep goes on."""
        reference = self.reference()
        ways = {
            "full": ('"$@" >/dev/full', 74, 74), "closed": ('"$@" >&-', 74, 74),
            "without a reader": (
                '{ sleep .2; "$@"; echo $? >code; } | true; exit "$(cat code)"',
                0, 128 + signal.SIGPIPE)}
        for way, (script, sweep, other) in ways.items():
            folder = self.folder()
            shell = ("bash", "-c", script, "bash")
            code, _ = self.program.run(["run", "grid.yaml", "-o", "out.h5"], folder, prefix=shell)
            require(code == sweep, f"output {way}: run ends with {code}")
            self.same(self.sound(folder / "out.h5"), reference)
            for command in ("show out.h5", "status out.h5 --json", "export json out.h5",
                            "report out.h5 --markdown -o -", "plan grid.yaml", "schema", "--help"):
                code, _ = self.program.run(command.split(), folder, prefix=shell)
                errors = (folder / "errors").read_text()
                require(code == other, f"output {way}: {command} ends with {code}: {errors}")
                require(errors.count("\n") == (other == 74), f"output {way}: {command}: {errors}")
            self.count("output that cannot be written", 8)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--dropgrid", "--shim", "--work"):
        parser.add_argument(name, required=True)
    parser.add_argument("--quick", action="store_true", help="a minute's worth, for every change")
    parser.add_argument("--stride", type=int, help="strike at every N-th call; 1 unless quick")
    parser.add_argument("--kills", type=int, help="kills at random moments; 200 unless quick")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", help="the name of one check")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.randrange(1 << 30)
    checker = Checker(options)
    checks = [
        checker.random_kills, checker.early_stopping, checker.every_call, checker.extension,
        checker.full_disk, checker.reserved_disk, checker.permissions, checker.damaged_files,
        checker.others, checker.two_writers, checker.signals, checker.own_deaths,
        checker.bad_trials, checker.steps, checker.shards, checker.lost_output,
    ]
    began = time.monotonic()
    for check in checks:
        if options.only and check.__name__ != options.only:
            continue
        print(f"{time.monotonic() - began:5.0f} s  {check.__doc__}", flush=True)
        try:
            check()
        except Failure as failure:
            last = checker.work / f"fault{checker.folders}"
            kept = pathlib.Path(f"/tmp/dropgrid-fault-{os.getpid()}")
            shutil.copytree(last, kept, dirs_exist_ok=True)
            sys.exit(
                f"check-faults: {check.__name__}: {failure}\n  seed {options.seed}; "
                f"what was left is in {kept}")
    print(f"{time.monotonic() - began:5.0f} s  nothing was lost; seed {options.seed}")
    for what, number in checker.counts.items():
        print(f"  {number:6d}  {what}")


if __name__ == "__main__":
    main()
