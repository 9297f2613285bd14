"""One thing that was looked at, as a line for people and as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `mend` says what to do when it is not as it should be."""

    what: str
    found: str
    mend: str = ""

    def __str__(self) -> str:
        if self.mend:
            return f"--  {self.what}: {self.found}\n    {self.mend}"
        return f"ok  {self.what}: {self.found}"

    def as_row(self) -> dict[str, str | bool]:
        """Give it for JSON."""
        return {**asdict(self), "ok": not self.mend}
