"""What other programs and people do to the results file of a sweep that runs.

Each check stops a sweep of twelve trials in its middle, does something to its file, lets the sweep
go on and looks at what has become of the trials that were finished.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy

SEEDS = "1..6"


def require(holds, what):
    if not holds:
        raise AssertionError(what)


@contextlib.contextmanager
def stopped(checker, name="out.h5", prepare=None):
    """A folder and the process of a sweep that stands still with some of its trials finished."""
    for _ in range(20):
        folder = checker.folder(SEEDS)
        if prepare:
            prepare(folder)
        process = checker.program.start(
            ["run", "grid.yaml", "-o", name, "--jobs", "1", "--checkpoint-every", "0s"], folder)
        while process.poll() is None:
            os.kill(process.pid, signal.SIGSTOP)
            count = finished(folder / name)
            if 0 < count < 10:
                yield folder, process
                return
            os.kill(process.pid, signal.SIGCONT)
            if count >= 10:
                break
            time.sleep(0.01)
        process.wait()
        shutil.rmtree(folder)
    require(False, "a sweep could not be stopped in its middle")


def finished(path):
    try:
        with h5py.File(path, "r") as file:
            return int(numpy.count_nonzero(file["status"][()]))
    except OSError:
        return 0


def goes_on(folder, process):
    os.kill(process.pid, signal.SIGCONT)
    code = process.wait()
    return code, (folder / "errors").read_text()


def without_weights(arrays):
    return {name: item for name, item in arrays.items() if not name.startswith("weights")}


def whole(checker, path, weights=True):
    """Every trial is in the file, with the bits of a sweep that nobody disturbed."""
    arrays, reference = checker.sound(path), checker.reference(SEEDS)
    if not weights:
        arrays, reference = without_weights(arrays), without_weights(reference)
    require(arrays["status"].all(), f"finished trials are gone: {arrays['status']}")
    checker.same(arrays, reference)


def opened_to_change(checker):
    """h5py opens the file of a running sweep: readers may, those that would change it may not."""
    with stopped(checker) as (folder, process):
        path = folder / "out.h5"
        for mode in ("a", "r+"):
            try:
                h5py.File(path, mode).close()
            except OSError:
                continue
            require(False, f"h5py opens a running sweep's file with '{mode}'")
        with h5py.File(path, "r") as file:
            file["status"][()]
        code, errors = goes_on(folder, process)
        require(code == 0, f"the sweep ends with {code}: {errors}")
        whole(checker, path)
        checker.count("file of a running sweep opened by h5py")


def emptied(checker):
    """h5py with "w", and truncate: the figures come back, and the sweep goes on."""
    def write(path):
        with contextlib.suppress(OSError):
            h5py.File(path, "w").close()

    for empty in (write, lambda path: os.truncate(path, 1000), lambda path: os.truncate(path, 0)):
        with stopped(checker) as (folder, process):
            empty(folder / "out.h5")
            code, errors = goes_on(folder, process)
            require(code == 0 and "another program" in errors, f"it ends with {code}: {errors}")
            whole(checker, folder / "out.h5", weights=False)
            checker.count("file emptied or cut off during a sweep")


def gone(checker):
    """rm and mv: the file comes back whole, weights and all."""
    for remove in (os.remove, lambda path: os.rename(path, path.with_suffix(".moved"))):
        with stopped(checker) as (folder, process):
            remove(folder / "out.h5")
            code, errors = goes_on(folder, process)
            require(code == 0 and "during the sweep" in errors, f"it ends with {code}: {errors}")
            whole(checker, folder / "out.h5")
            checker.count("file removed or moved during a sweep")


def replaced(checker):
    """Something else takes the name, or the bytes: it stays, and what was finished is beside it."""
    def rename(path):
        path.with_suffix(".new").write_bytes(b"somebody's")
        os.replace(path.with_suffix(".new"), path)

    for replace in (rename, lambda path: path.write_bytes(b"somebody's")):
        with stopped(checker) as (folder, process):
            count = finished(folder / "out.h5")
            replace(folder / "out.h5")
            code, errors = goes_on(folder, process)
            require(code == 4 and "out-recovered.h5" in errors, f"it ends with {code}: {errors}")
            require((folder / "out.h5").read_bytes() == b"somebody's", "it is overwritten")
            saved = checker.sound(folder / "out-recovered.h5")
            rows = set(numpy.flatnonzero(saved["status"]))
            require(len(rows) >= count, f"{len(rows)} of {count} finished trials are saved")
            checker.same(
                without_weights(saved), without_weights(checker.reference(SEEDS)), rows)
            checker.count("file replaced during a sweep")


def copied_over(checker):
    """cp of an earlier copy over the running file: finished trials do not go back to pending."""
    with stopped(checker) as (folder, process):
        shutil.copy(folder / "out.h5", folder / "old.h5")
        os.kill(process.pid, signal.SIGCONT)
        before = finished(folder / "old.h5")
        while finished(folder / "out.h5") == before and process.poll() is None:
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGSTOP)
        subprocess.run(["cp", "old.h5", "out.h5"], cwd=folder, check=True)
        code, errors = goes_on(folder, process)
        require(code == 0, f"it ends with {code}: {errors}")
        whole(checker, folder / "out.h5", weights=False)
        checker.count("earlier copy written over a running file")


def two_names(checker):
    """A second run by a symbolic or a hard link of the file is refused."""
    for link in (os.symlink, os.link):
        with stopped(checker) as (folder, process):
            link(folder / "out.h5", folder / "name.h5")
            code, _ = checker.program.run(["run", "grid.yaml", "-o", "name.h5"], folder)
            require(code == 7, f"a second run by {link.__name__} ends with {code}")
            # Its messages are where those of the first one were.
            code, errors = goes_on(folder, process)
            require(code == 0, f"the first run ends with {code}: {errors}")
            whole(checker, folder / "out.h5")
            checker.count("second run by another name")


def left_open(checker):
    """h5py is killed with the file in r+: every command reads it, and the next run mends it."""
    folder = checker.folder(SEEDS)
    command = ["run", "grid.yaml", "-o", "out.h5"]
    require(checker.program.run(command, folder)[0] == 0, "an undisturbed sweep")
    subprocess.run(
        [sys.executable, "-c",
         "import h5py, os; f = h5py.File('out.h5', 'r+'); f['status'][:]; os._exit(9)"],
        cwd=folder, check=False)
    for arguments in (["show", "out.h5"], ["status", "out.h5"], ["verify", "out.h5"], command):
        code, _ = checker.program.run(arguments, folder)
        require(code == 0, f"{arguments[0]}: {code}: {(folder / 'errors').read_text()}")
    whole(checker, folder / "out.h5")
    checker.count("file left open by a program that was killed")


def trained_again(checker):
    """A kill at any call under --only: the finished trial is there, the old one or the new one."""
    made = checker.folder("1")
    require(checker.program.run(["run", "grid.yaml", "-o", "out.h5"], made)[0] == 0, "a sweep")
    command = ["run", "grid.yaml", "-o", "out.h5", "--jobs", "1", "--only", "0"]

    def again(faults):
        folder = checker.folder("1")
        shutil.copy(made / "out.h5", folder / "out.h5")
        return folder, checker.program.run(command, folder, faults)[0]

    folder, code = again({"COUNT": made / "count"})
    require(code == 0, f"--only ends with {code}")
    total = int((made / "count").read_text().split()[0])
    stride = max(1, checker.stride // 6)
    for half in (False, True):
        for call in range(1 + checker.random.randrange(stride), total + 1, stride):
            folder, code = again({"KILL_AT": call} | ({"HALF": 1} if half else {}))
            require(code in (-signal.SIGKILL, 0), f"call {call}: the code is {code}")
            code, _ = checker.program.run(["verify", "out.h5"], folder)
            said = (folder / "output").read_text()
            require(code == 0 and "2 of 2" in said, f"call {call}: verify: {code}: {said}")
            checker.resume(folder, "1")
            checker.count("kill -9 at a call under --only")


CHECKS = [
    opened_to_change, emptied, gone, replaced, copied_over, two_names, left_open, trained_again]


def others(checker):
    for check in CHECKS:
        check(checker)
