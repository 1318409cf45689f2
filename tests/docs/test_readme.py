"""The README's commands exist and its blocks print what they say."""

import contextlib
import io
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", README, flags=re.DOTALL)


def evaluation(*words):
    done = subprocess.run([sys.executable, "-m", "evaluation", *words], capture_output=True, text=True, check=False,
                          encoding="utf-8", cwd=ROOT, env={**os.environ, "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("number", range(2))
def test_python_block_prints_what_it_says(monkeypatch, number):
    monkeypatch.chdir(ROOT)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(blocks("python")[number], "README.md", "exec"), {})
    assert out.getvalue().strip("\n") == blocks("text")[number + 1].strip("\n")


def test_every_python_block_is_run():
    assert len(blocks("python")) == 2


def test_league_is_what_the_command_prints(tmp_path):
    evaluation("init", str(tmp_path / "demo"))
    printed = evaluation("score", "--round", str(tmp_path / "demo"), "--lang", "en")
    shown = [line for line in blocks("text")[0].splitlines() if line.startswith("│")]
    assert len(shown) > 4
    for line in shown:
        assert line in printed


def test_every_command_named_is_there_with_its_options():
    helped = evaluation("--help")
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("evaluation ")]
    assert lines
    for line in lines:
        words = line.split("#")[0].split()
        assert re.search(rf"^\s+{words[1]}\s", helped, flags=re.MULTILINE), line
        own = evaluation(*itertools.takewhile(lambda word: not word.startswith("--"), words[1:]), "--help")
        assert all(word in own for word in words if word.startswith("--")), line


def test_make_targets_and_links_are_there():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make (\w+)", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_every_option_has_help():
    for command in ("init", "check", "schema", "sample", "score", "run"):
        for line in evaluation(command, "--help").splitlines():
            if re.match(r"\s+-", line):
                assert len(line.split()) > 2, line
