"""Answers brought in from the tools that collected them."""

from __future__ import annotations

import sys
from pathlib import Path

from evaluation.core.alone import alone
from evaluation.core.errors import DeclarationError, UsageError, near_miss, problem
from evaluation.declare.instrument import Instrument
from evaluation.declare.mapping import Mapping
from evaluation.declare.model import METHODS
from evaluation.declare.programme import load_mapping, load_round_file
from evaluation.fieldwork.communities import read_communities
from evaluation.fieldwork.imports.forms import Wanted
from evaluation.fieldwork.imports.merging import merged
from evaluation.fieldwork.imports.reading import read_submissions
from evaluation.fieldwork.imports.submissions import DESIGN
from evaluation.fieldwork.imports.writing import item_key, places_of, read_kept, write_kept
from evaluation.verbs.bars import bar
from evaluation.verbs.telling import tell

LARGE = 5_000_000                # bytes from which on it takes long enough to show a bar
SAID = {
    "en": {"forms": "forms", "new": "new", "edited": "edited", "unchanged": "unchanged", "older": "older than what is there",
           "taken back": "taken back", "rejected": "rejected, left out", "unfinished": "unfinished, left out",
           "unreadable": "not decrypted, left out", "rows": "rows"},
    "zh": {"forms": "份", "new": "新增", "edited": "修订", "unchanged": "未变", "older": "旧于现有", "taken back": "撤回",
           "rejected": "已驳回，不收", "unfinished": "未完成，不收", "unreadable": "未解密，不收", "rows": "行"},
}


def import_answers(folder: Path, method: str, files: list[Path], mapping: Path | None, lang: str) -> None:
    """Read exports into answers/ and paradata/ of a round; tell what came, what changed and what was left out."""
    if method not in METHODS:
        raise UsageError(problem("U10", path="--method", given=method, hint=near_miss(method, METHODS)))
    declared, programme = load_round_file(folder)
    if method not in declared.answers:
        raise UsageError(problem("U10", path="--method", given=method, hint=near_miss(method, declared.answers)))
    instrument = programme.instruments[method]
    map_ = None if mapping is None else _mapping(mapping, instrument)
    answers = declared.answers_of(method)
    places = places_of(folder, method, answers, instrument)
    listed = read_communities(folder, declared, programme.rubric)[0] if declared.communities.source == "file" else None
    wanted = Wanted(declared.round, method, instrument, answers, listed, map_)
    unique = list(dict.fromkeys(files))
    large = sum(file.stat().st_size for file in unique if file.is_file()) > LARGE
    with bar("import", len(unique) + 3 if large else 0) as step:
        read = read_submissions(unique, wanted, step)
        with alone(places.answers):
            kept = read_kept(places)
            step(1)
            design = [name for name in DESIGN if name == "community" or name in kept.design
                      or any(name in each.design for each in read.submissions)]
            items = [item_key(item.id) for item in instrument.items if item.is_answered]
            made = merged(kept, read.submissions, [*design, *items])
            step(1)
            written = write_kept(places, made.kept, design)
            step(1)
    tell(sorted({*read.warnings, *made.warnings}))
    for each in read.submissions:
        print(_account(each.file, len(each.rows), made.counts[each.file] | each.left_out, lang))
    print(f"→ {written[0]}: {int(made.kept.answered.sum())} {SAID[lang]['rows']}; " + ", ".join(map(str, written[1:])))
    print(f"evaluation check --round {folder}")
    sys.stdout.flush()


def _mapping(file: Path, instrument: Instrument) -> Mapping:
    mapping, problems = load_mapping(file, instrument)
    if mapping is None or any(not told.warning for told in problems):
        raise DeclarationError(problems)
    return mapping


def _account(file: str, rows: int, counts: dict[str, int], lang: str) -> str:
    """What became of the forms of one file, in a line."""
    said = SAID[lang]
    total = rows + sum(counts.get(why, 0) for why in ("unfinished", "unreadable"))
    told = [f"{count} {said[kind]}" for kind, count in counts.items() if count]
    return f"{file}: {total} {said['forms']}: " + (", ".join(told) or "–")
