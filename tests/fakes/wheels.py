"""Published wheels, made by program, that pip downloads from a folder."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

_ABOUT = """Metadata-Version: 2.1
Name: {package}
Version: {version}
"""
_WHEEL = """Wheel-Version: 1.0
Generator: tests
Root-Is-Purelib: true
Tag: py3-none-any
"""


def publish(folder: Path, package: str, version: str, members: Mapping[str, bytes]) -> Path:
    """Write a wheel of these files into a folder that serves as an index."""
    path = folder / f"{package}-{version}-py3-none-any.whl"
    about = f"{package}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{about}/METADATA", _ABOUT.format(package=package, version=version))
        wheel.writestr(f"{about}/WHEEL", _WHEEL)
        wheel.writestr(f"{about}/RECORD", "")
        for name, data in members.items():
            wheel.writestr(name, data)
    return path
