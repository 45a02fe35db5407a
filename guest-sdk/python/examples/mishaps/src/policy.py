"""Goes wrong in the way that its settings name, for tests of what then happens."""

import datetime
import logging
import random  # admit: ignore
import sys
import time  # admit: ignore
from dataclasses import dataclass

from admit_policy import Allow, Deny, Policy, PolicyError, SignUp, Verdict, export, log


@dataclass(frozen=True)
class Settings:
    """The settings, as they stand in the manifest."""

    mishap: str
    """The mishap."""


@export
class Mishaps(Policy[Settings]):
    """The policy: what goes wrong."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        if settings.mishap == "settings-refused":
            raise PolicyError("these settings are refused: ünïcödé ✓")

    def evaluate(self, sign_up: SignUp) -> Verdict:
        match self.settings.mishap:
            case "error":
                raise PolicyError("could not decide: ünïcödé ✓")
            case "panic":
                raise ValueError("unforeseen")
            case "loop":
                while True:
                    pass
            case "recursion":
                return self.evaluate(sign_up)
            case "memory":
                hoard = []
                while True:
                    hoard.append(bytearray(1 << 20))
            case "log":
                log.debug("at level debug")
                log.info("at level info")
                log.warn("at level warn")
                log.error("at level error")
            case "deny":
                return Deny("mishap", "Zażółć gęślą jaźń 🎉")
            case "attributes":
                pairs = (f"{name}={value}" for name, value in sign_up.attributes.items())
                return Deny("mishap", ", ".join(pairs))
            case "clock":
                log.info(time.time())
            case "random":
                log.info(random.random())
            case "clock-by-name":
                log.info(getattr(datetime.datetime, "now")())
            case "coroutine":
                return later()  # type: ignore[return-value]
            case "print":
                print("printed", 7)
                print("to standard error", file=sys.stderr)
                logging.error("logged")
                print("without an end", end="")
        return Allow()


async def later() -> Verdict:  # admit: ignore
    """The verdict, if it were awaited."""
    return Allow()
