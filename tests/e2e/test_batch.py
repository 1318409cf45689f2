"""`evaluation run` over a round: the same outputs as papermill's own engine, resumed, interrupted, and told what is wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import nbformat
import papermill
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from evaluation import open_round
from evaluation.core.resources import shipped

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
ODD = [
    ("parameters", "n = 3"),
    ("", "import sys, warnings\nimport numpy as np, pandas as pd\nimport matplotlib.pyplot as plt\n"
         "print(__name__, sys.path.index(''), pd.options.display.max_columns, plt.get_backend())"),
    ("", "fig, ax = plt.subplots()\nax.plot([1, 2, n])\nax.set_title('a')"),
    ("", "plt.plot([3, 1, 2]); plt.show()\nprint('after')\nplt.figure(); plt.bar([1, 2], [3, 4]);"),
    ("", "pd.DataFrame(np.arange(60).reshape(2, 30))"),
    ("", "from IPython.display import display, clear_output, HTML\nshown = display(HTML('<b>1</b>'), display_id='k')\n"
         "print('a', file=sys.stderr)\nclear_output(wait=True)\nprint('b')"),
    ("", "shown = display('one', display_id=True)\nshown.update('two')"),
    ("", "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'"),
    ("raises-exception", "1 / 0"), ("skip-execution", "print('no')"), ("raises-exception", "input('?')"),
    ("", "%%capture kept\nprint('hidden')"), ("", "kept.stdout, _"), ("", "!echo shell"),
    ("", "import os, subprocess\nsubprocess.run(['echo', 'inner'])\nos.write(2, b'raw\\n');"),
    ("", "import logging\nlogging.warning('told')\nlogging.getLogger().handlers, warnings.filters[0][0]"),
    ("", "class Own:\n    pass\nimport pickle\npickle.loads(pickle.dumps(Own())) is not None"),
    ("raises-exception", "raise SystemExit(0)"), ("", "plt.rcParams['figure.dpi'], np.get_printoptions()['precision']"),
    ("", "import threading\nthread = threading.Thread(target=lambda: print('thread'))\nthread.start(); thread.join()"),
    ("raises-exception", "def f(x):\n    return g(x)\nf(1)"), ("", "?len"), ("", "print('x' * 100_000)"),
]


def command(*words, **options):
    return subprocess.run([sys.executable, "-m", "evaluation", *map(str, words)], capture_output=True, text=True, check=False,
                          encoding="utf-8", **options)


@pytest.fixture(scope="module")
def my_round(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a place {with} spaces") / "轮次"
    assert command("init", folder).returncode == 0
    return folder


def executed(notebook, engine, parameters):
    """What papermill makes of it: read from its file, for it raises what a cell may raise, too, after it has written it."""
    target = parameters.pop("target")
    with suppress(papermill.PapermillExecutionError):
        papermill.execute_notebook(notebook, str(target), parameters, progress_bar=False, engine_name=engine)
    return [cell for cell in nbformat.read(target, as_version=4).cells
            if "papermill-error-cell-tag" not in cell.metadata.get("tags", [])]


def plain(outputs):
    """Outputs with numbers of processes taken out, and text printed in a row joined."""
    found = []
    for output in json.loads(json.dumps(outputs)):
        if output["output_type"] == "stream" and found and found[-1].get("name") == output["name"]:
            found[-1]["text"] += output["text"]
        else:
            found.append(output)
    return found


def assert_same(forked, stock):
    assert len(forked) == len(stock)
    for one, other in zip(forked, stock, strict=True):
        assert one.source == other.source
        assert one.get("execution_count") == other.get("execution_count"), one.source
        assert plain(one.get("outputs", [])) == plain(other.get("outputs", [])), one.source
        assert one.metadata.papermill.status == other.metadata.papermill.status


def test_odd_cells_show_the_same_as_in_a_kernel_of_their_own(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")   # kernels do not watch what other processes print where it is set
    cells = [new_code_cell(source, metadata={"tags": [tag]} if tag else {}) for tag, source in ODD]
    made = [executed(new_notebook(cells=[new_markdown_cell("# odd"), *cells], metadata=KERNEL), engine,
                     {"n": 5, "target": tmp_path / f"{engine}.ipynb"}) for engine in ("fork", "nbclient")]
    assert_same(*made)
    texts = json.dumps([cell.get("outputs", []) for cell in made[0]])
    for told in ("awaited", "ZeroDivisionError", "StdinNotImplementedError", "image/png", "inner", "thread", "two"):
        assert told in texts


def test_the_community_notebook_shows_the_same_byte_for_byte(my_round, tmp_path):
    folder = tmp_path / "round"
    subprocess.run(["cp", "-r", str(my_round), str(folder)], check=True)
    template = shipped("notebooks") / "community.ipynb"
    made, files = [], []
    for engine in ("fork", "nbclient"):
        parameters = {"round": str(folder), "community": "c11", "lang": "zh", "target": tmp_path / f"{engine}.ipynb"}
        made.append(executed(nbformat.read(template, as_version=4), engine, parameters))
        own = folder / "results" / "c11"
        files.append([(own / name).read_bytes() for name in ("score.json", "community.html")])
    assert_same(*made)
    assert files[0] == files[1]
    assert command("run", "--round", folder, "--community", "c11", "--lang", "zh").returncode == 0
    batch = nbformat.read(folder / "results" / "c11" / "community.ipynb", as_version=4)
    assert_same(batch.cells, made[1])
    assert [(folder / "results" / "c11" / name).read_bytes() for name in ("score.json", "community.html")] == files[1]


def test_half_a_character_fails_no_cell(tmp_path):
    """A kernel goes on after it, as after bytes that are no UTF-8; the cell after it failed."""
    cells = [new_code_cell(r"print('a \ud800 b')"), new_code_cell(r"print('c \udcff d')"), new_code_cell("'after'")]
    made = executed(new_notebook(cells=cells, metadata=KERNEL), "fork", {"target": tmp_path / "n.ipynb"})
    shown = [cell.outputs for cell in made if cell.cell_type == "code"][-3:]
    assert [one[0].get("text") for one in shown] == ["a � b\n", "c � d\n", None]
    assert shown[2][0].data["text/plain"] == "'after'"


def test_two_children_draw_different_numbers(tmp_path):
    source = "import numpy as np, random\nprint(np.random.random(), random.random())"
    notebook = tmp_path / "random.ipynb"
    shown = set()
    for number in range(2):
        nbformat.write(new_notebook(cells=[new_code_cell(source)], metadata=KERNEL), notebook)
        made = executed(nbformat.read(notebook, as_version=4), "fork", {"target": tmp_path / f"{number}.ipynb"})
        shown.add(made[0].outputs[0].text)
    assert len(shown) == 2


@pytest.fixture(scope="module")
def whole(my_round):
    done = command("run", "--round", my_round, "--all", "--lang", "en")
    assert done.returncode == 0, done.stderr
    return my_round, done


def test_every_community_has_its_three_files_and_the_log_says_so(whole):
    folder, done = whole
    names = [str(name) for name in open_round(folder).communities.index]
    for name in names:
        files = {file.name for file in (folder / "results" / name).iterdir()}
        assert files == {"community.ipynb", "community.html", "score.json"}
    log = json.loads((folder / "results" / "batch.json").read_text(encoding="utf-8"))
    assert log["counts"] == {"done": len(names), "skipped": 0, "failed": 0, "timeout": 0, "died": 0, "stopped": 0}
    assert [told["name"] for told in log["notebooks"]] == names
    assert not list(folder.glob(".opened*"))
    assert "c05" in done.stdout
    assert "c06" not in done.stdout
    mentioned = (folder / "results" / "c03" / "community.ipynb").read_text(encoding="utf-8")
    assert ".run." not in mentioned


def test_resume_makes_only_what_is_missing_or_of_other_inputs(whole):
    folder, _ = whole
    (folder / "results" / "c07" / "score.json").unlink()
    (folder / "results" / "c09" / "community.ipynb").write_text("{", encoding="utf-8")
    untouched = (folder / "results" / "c08" / "community.html").stat().st_mtime_ns
    assert command("run", "--round", folder, "--all", "--lang", "en", "--resume").returncode == 0
    log = json.loads((folder / "results" / "batch.json").read_text(encoding="utf-8"))
    assert {told["name"] for told in log["notebooks"] if told["state"] == "done"} == {"c07", "c09"}
    assert (folder / "results" / "c08" / "community.html").stat().st_mtime_ns == untouched
    names = folder / "communities.csv"
    names.write_text(names.read_text(encoding="utf-8").replace("c01,", "c01,", 1) + "\n", encoding="utf-8")
    assert command("run", "--round", folder, "--community", "c08", "--lang", "en", "--resume").returncode == 0
    assert (folder / "results" / "c08" / "community.html").stat().st_mtime_ns > untouched


def slow(tmp_path, seconds=600):
    source = 'round = ""\ncommunity = ""\nlang = "en"'
    cells = [new_code_cell(source, metadata={"tags": ["parameters"]}), new_code_cell(f"import time\ntime.sleep({seconds})")]
    file = tmp_path / "slow.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), file)
    return file


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_an_interrupt_leaves_no_half_file_and_no_orphan(my_round, tmp_path, number, code):
    mark = str(tmp_path)
    words = ["run", "--round", my_round, "--all", "--notebook", slow(tmp_path), "--lang", "en"]
    said = tmp_path / "said"
    with said.open("wb") as stderr:
        process = subprocess.Popen([sys.executable, "-m", "evaluation", *map(str, words)], stdout=subprocess.DEVNULL,
                                   stderr=stderr, env={**os.environ, "EVALUATION_MARK": mark}, start_new_session=True)
    before = {file: file.stat().st_mtime_ns for file in (my_round / "results").rglob("community.*")}
    deadline = time.monotonic() + 60
    try:
        while len(psutil.Process(process.pid).children(recursive=True)) < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(process.pid, number)
        assert process.wait(30) == code
    finally:
        process.kill()
        process.wait()
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert marked(mark) == []
    assert {file: file.stat().st_mtime_ns for file in (my_round / "results").rglob("community.*")} == before
    assert ("[N09]" in said.read_text(encoding="utf-8")) == (number == signal.SIGINT)
    assert "Traceback" not in said.read_text(encoding="utf-8")
    if number != signal.SIGKILL:
        assert not [file for file in my_round.rglob(".*") if file.name != ".gitignore"]


def marked(mark):
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("EVALUATION_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_what_a_killed_batch_left_is_swept_by_the_next(my_round):
    left = my_round / ".opened.999999999.x"
    left.mkdir(exist_ok=True)
    assert command("run", "--round", my_round, "--community", "c02", "--lang", "en").returncode == 0
    assert not list(my_round.glob(".opened*"))


def test_time_limits_are_told_with_what_was_shown(my_round, tmp_path):
    done = command("run", "--round", my_round, "--community", "c12", "--notebook", slow(tmp_path), "--cell-timeout", "1",
                   "--lang", "en")
    assert done.returncode == 1
    assert "[N03]" in done.stderr
    assert "Traceback" not in done.stderr
    assert (my_round / "results" / "c12" / "community.failed.ipynb").is_file()


def test_a_notebook_of_ones_own_gets_a_page(my_round, tmp_path):
    file = slow(tmp_path, 0)
    notebook = nbformat.read(file, as_version=4)
    notebook.cells += [new_markdown_cell("# My own & only"), new_code_cell("print(f'<b>{community}</b>')")]
    nbformat.write(notebook, file)
    assert command("run", "--round", my_round, "--community", "c13", "--notebook", file, "--lang", "en").returncode == 0
    page = (my_round / "results" / "c13" / "community.html").read_text(encoding="utf-8")
    assert "<h1>My own &amp; only</h1>" in page
    assert "&lt;b&gt;c13&lt;/b&gt;" in page


def test_a_notebook_without_a_language(my_round, tmp_path):
    """Nobody asked for `lang`: it was told as a parameter that the notebook does not have."""
    cells = [new_code_cell("round = ''\ncommunity = ''", metadata={"tags": ["parameters"]}), new_code_cell("community")]
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), tmp_path / "plain.ipynb")
    ran = command("run", "--round", my_round, "--community", "c13", "--notebook", tmp_path / "plain.ipynb", "--lang", "en")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("words", "told"), [
    (["--engine", "forky"], "U10"), (["--memory", "-1"], "U11"), (["--jobs", "0"], "U12"),
    (["--cell-timeout", "nan"], "U11"),
])
def test_wrong_limits_are_told(my_round, words, told):
    done = command("run", "--round", my_round, "--community", "c01", *words, "--lang", "en")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_by_hand_with_the_engine_and_by_papermills_own_in_the_batch(my_round, tmp_path):
    """papermill's command with --engine fork, and `run --engine nbclient`: the same page as `run`."""
    page = my_round / "results" / "c06" / "community.html"
    made = []
    given = ["-p", "round", str(my_round), "-p", "community", "c06", "-p", "lang", "en"]
    template = str(shipped("notebooks") / "community.ipynb")
    by_papermill = ["papermill", "--engine", "fork", template, str(tmp_path / "out.ipynb"), *given]
    run = ["evaluation", "run", "--round", str(my_round), "--community", "c06", "--lang", "en"]
    for words in (by_papermill, run, [*run, "--engine", "nbclient"]):
        page.unlink(missing_ok=True)
        done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        made.append(page.read_bytes())
    assert made[0] == made[1] == made[2]
