"""The bot of docs/bots.md, as it stands there, and a person at a browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import Browsers, wait_until_heard
from tests.support.people import bubble, button, enter, press
from tests.support.processes import REPOSITORY
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

HZ, HEARD_WITHIN, TITLE = 660, 30.0, "Tea at four"


def test_a_bot_hosts_and_is_heard(stack: Stack, browsers: Browsers, tmp_path: Path) -> None:
    sound = tmp_path / "tone.wav"
    subprocess.run(
        ["sox", "-n", "-r", "48000", "-c", "1", sound, "synth", "5", "sine", str(HZ), "vol", "0.5"], check=True
    )
    scopes = ("space.read", "space.write", "space.moderate")
    token = stack.manage("create_token", "ada", "--scopes", *scopes).strip()
    grace = browsers.open(stack.url, "grace", tone=880)
    bot = subprocess.Popen(
        [sys.executable, REPOSITORY / "docs/examples/bot.py", TITLE, sound],
        env={**os.environ, "SPACES_URL": stack.url, "SPACES_TOKEN": token},
    )
    try:
        expect(bubble(grace, TITLE)).to_be_visible(timeout=30_000)
        enter(grace, TITLE)
        wait_until_heard(grace, HZ, seconds=HEARD_WITHIN)
        press(grace, "Request")
        expect(button(grace, "Unmute")).to_be_visible(timeout=30_000)
        assert bot.poll() is None
    finally:
        bot.terminate()
        bot.wait(timeout=15)
