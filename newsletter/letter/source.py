"""This module collects generated source, each line with the line of the article it comes from."""

from dataclasses import dataclass, field


@dataclass
class Lines:
    """Source in the making; *origins* has the article's line for each line of the text."""

    rows: list[str] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)

    def add(self, text: str, origin: int, *, running: bool = False) -> None:
        """Append *text*; where it is *running*, each of its lines is the next line of the article."""
        for step, row in enumerate(text.split("\n")):
            self.rows.append(row)
            self.origins.append(origin + step if running else origin)

    @property
    def text(self) -> str:
        return "\n".join([*self.rows, ""])
