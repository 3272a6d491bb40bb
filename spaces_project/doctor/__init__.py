"""Look a running site over for what makes it deaf, open or fragile, and say for each fault how to mend it.

`facts` finds out how things are, `checks` judges them. A check is a function of the facts alone.
"""

from .checks import CHECKS, Finding, examine
from .facts import Facts, gather

__all__ = ["CHECKS", "Facts", "Finding", "examine", "gather"]
