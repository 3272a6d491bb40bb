"""What captions can be written in: the languages of Whisper's multilingual models, by their codes."""

from typing import Final

AUTOMATIC: Final = "auto"
"""Each speaker's language is found out from what they say first."""

WHISPER: Final = tuple(
    """
    en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi
    ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd
    gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su
    """.split()  # noqa: SIM905 - a list of 99 would be a page
)
