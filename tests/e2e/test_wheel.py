"""The wheel works outside the checkout: built, installed into a clean environment, run from another folder."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*words, cwd):
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_wheel(tmp_path):
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", ROOT, cwd=tmp_path)
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    wheel = next((tmp_path / "dist").glob("*.whl"))
    run(python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    run(python, "-m", "evaluation", "init", "my-round", cwd=tmp_path)
    told = run(python, "-m", "evaluation", "score", "--round", "my-round", "--lang", "en", cwd=tmp_path)
    assert "Willow Lane" in told
    run(python, "-m", "evaluation", "run", "--round", "my-round", "--community", "c02", "--lang", "en", cwd=tmp_path)
    assert (tmp_path / "my-round" / "results" / "c02" / "community.html").is_file()
    where = run(python, "-c", "import evaluation; print(evaluation.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)
