"""Make the sample round: 24 invented communities, five methods, known truth. `python data_samples/make.py [OUT]`.

The same seed gives the same bytes. SOURCES.md (written by this script) states the model and the true parameters.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from paradata import FIELD, one_line, paradata
from scipy.stats import norm
from writing import counted, markdown, write_csv

from evaluation.core.files import write_text
from evaluation.core.resources import shipped
from evaluation.declare.expression import read_expression
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import METHODS
from evaluation.declare.programme import Programme, load_programme
from evaluation.sampling import Design, Frame, draw
from evaluation.verbs import sample

SEED = 20
HERE = Path(__file__).resolve().parent
NAMES = [
    ("柳荫里", "Willow Lane"), ("清泉坊", "Clearspring"), ("石榴园", "Pomegranate Garden"), ("晨光里", "Morning Light"),
    ("果园村", "Orchard Village"), ("长桥里", "Long Bridge"), ("向阳坡", "Sunny Slope"), ("槐树巷", "Locust Tree Alley"),
    ("杏花村", "Apricot Village"), ("东渠里", "East Canal"), ("麦田新村", "Wheatfield"), ("云杉里", "Spruce Court"),
    ("白杨里", "Poplar Court"), ("老磨坊", "Old Mill"), ("枣林村", "Jujube Grove"), ("河湾里", "River Bend"),
    ("葡萄架", "Grape Arbour"), ("南风里", "South Wind"), ("灯塔巷", "Beacon Alley"), ("桑园里", "Mulberry Court"),
    ("雪岭村", "Snow Ridge"), ("玉井里", "Jade Well"), ("荷塘里", "Lotus Pond"), ("驿站村", "Post House"),
]  # fmt: skip
# What is special: community number (1-24) -> what SOURCES.md says of it.
OVER_DECLARED = {5: 9.0, 14: 12.0}
BELOW = 8            # declares 83 in all
NINE_ANSWERS = 11    # nine questionnaires came back
NO_MEETING = 17      # no residents' meeting was held
NO_LANGUAGES = 21    # everybody speaks the same language: records item on language exchange does not apply
BLANK, DONT_KNOW, REFUSED = 0.025, 0.05, 0.015
QUALITY = (1.25, 2.45)
FAR = 8            # a declaration more than this above the truth is named in SOURCES.md
SPREAD = {"person": 0.75, "item": 0.30, "dimension": 0.22}
DESIGNS = {"questionnaire": Design(120, by="community", whole_if_fewer=True),  # as in round.template.yaml
           "phone": Design(110, by="community", whole_if_fewer=True, replicate=20)}
# Final dispositions of the phone cases that gave no interview, with their shares.
NO_INTERVIEW = {"2.1": 0.34, "2.2": 0.38, "2.3": 0.05, "3.1": 0.07, "3.9": 0.04, "4.3": 0.09, "4.7": 0.03}


@dataclass
class Truth:
    """Latent quality of the communities, and the true mean of every item in each of them (0-100)."""

    rng: np.random.Generator
    programme: Programme
    quality: np.ndarray
    dimension: dict[str, np.ndarray] = field(default_factory=dict)
    items: dict[str, np.ndarray] = field(default_factory=dict)

    def latent(self, item: Item) -> np.ndarray:
        """Latent level of an item in each community: quality + dimension + item effects."""
        if item.indicator is None:
            return np.full(len(self.quality), 0.3)
        indicator = next(i for i in self.programme.rubric.indicators if i.id == item.indicator)
        dimension = next(d.id for d in self.programme.rubric.dimensions if indicator in d.indicators)
        return self.quality + self.dimension[dimension] + self.rng.normal(0, SPREAD["item"])


def scored_choices(instrument: Instrument, item: Item) -> tuple[list[str], np.ndarray]:
    """Values of the choices that say something, from worst to best, and their scores (0-100) after reversal."""
    choices = [choice for choice in instrument.item_choices(item) if choice.status is None]
    scores = np.array([choice.score if choice.score is not None else 50.0 for choice in choices])
    scores = 100 - scores if item.reverse else scores
    order = np.argsort(scores, kind="stable")
    return [choices[index].value for index in order], scores[order]


def ordinal(latent: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Category numbers: the latent value cut where half-way scores fall on a normal scale of 0-100."""
    cuts = (scores[1:] + scores[:-1]) / 2
    return np.searchsorted((cuts - 50) / 27, latent, side="right")


def answer_all(truth: Truth, instrument: Instrument, households: np.ndarray) -> pd.DataFrame:
    """What every household would answer, were it asked everything that applies to it: choice values, no blanks."""
    rng = truth.rng
    community = np.repeat(np.arange(len(households)), households)
    person = rng.normal(0, SPREAD["person"], len(community))
    answers = pd.DataFrame({"community": community})
    for item in instrument.items:
        values, scores = scored_choices(instrument, item)
        if item.indicator is None:
            share = 1.0 if item.id == "consent" else 0.35
            answers[item.id] = np.where(rng.random(len(community)) < share, "yes", "no")
            continue
        latent = truth.latent(item)[community] + person + rng.normal(0, 0.8, len(community))
        category = ordinal(latent, scores)
        answers[item.id] = np.array(values, dtype=object)[category]
        asked = np.ones(len(community), dtype=bool)
        if item.relevant:
            asked = read_expression(item.relevant).held_over({name: answers[name] for name in answers})
            answers.loc[~asked, item.id] = ""
        held = pd.Series(scores[category])[asked].groupby(community[asked]).mean()
        truth.items[f"{instrument.method}/{item.id}"] = held.reindex(range(len(households))).to_numpy()
    return answers


def as_returned(rng: np.random.Generator, instrument: Instrument, answers: pd.DataFrame) -> pd.DataFrame:
    """The same answers as they come back: some blank, some don't know, some prefer not to say."""
    back = answers.copy()
    for item in instrument.items:
        status = {choice.status: choice.value for choice in instrument.item_choices(item) if choice.status}
        given = (back[item.id] != "").to_numpy() & (item.id != "consent")
        roll = rng.random(len(back))
        low = 0.0
        for value, share in (("", BLANK), (status.get("dont_know"), DONT_KNOW), (status.get("prefer_not_to_say"), REFUSED)):
            if value is not None:   # a list without the choice keeps the answers
                back.loc[given & (low <= roll) & (roll < low + share), item.id] = value
            low += share
    for item in instrument.items:   # a routing answer that is blank or unsure leaves what hangs on it unasked
        if item.relevant:
            asked = read_expression(item.relevant).held_over({name: back[name] for name in back})
            back.loc[~asked, item.id] = ""
    return back


def rated(truth: Truth, instrument: Instrument, sheets: pd.DataFrame, spread: dict[str, float]) -> pd.DataFrame:
    """Fill in rating sheets (columns community, psu). `spread`: standard deviations between PSUs, sheets and items.

    The truth of an item is its expected score over all meetings and raters that might have been.
    """
    rng = truth.rng
    at = sheets["community"].to_numpy()
    psu, _ = pd.factorize(sheets["psu"])
    noise = rng.normal(0, 1, psu.max() + 1)[psu] * spread["psu"] + rng.normal(0, 1, len(sheets)) * spread["sheet"]
    grid = norm.ppf((np.arange(4_001) + 0.5) / 4_001) * np.sqrt(sum(part**2 for part in spread.values()))
    table = sheets.copy()
    for item in instrument.items:
        values, scores = scored_choices(instrument, item)
        latent = truth.latent(item)
        own = rng.normal(0, 1, len(sheets)) * spread["item"]
        table[item.id] = np.array(values, dtype=object)[ordinal(latent[at] + noise + own, scores)]
        truth.items[f"{instrument.method}/{item.id}"] = scores[ordinal(latent[:, None] + grid, scores)].mean(axis=1)
    return table


def true_totals(truth: Truth, records: pd.DataFrame) -> np.ndarray:
    """True total of each community: the rubric's weights over true item means; records count as they were found."""
    rubric, instruments = truth.programme.rubric, truth.programme.instruments
    for item in instruments["records"].items:
        scores = dict(zip(*scored_choices(instruments["records"], item), strict=True))
        truth.items[f"records/{item.id}"] = records[item.id].map(scores).to_numpy(dtype=float)
    total, base = np.zeros(len(truth.quality)), np.zeros(len(truth.quality))
    for indicator in rubric.indicators:
        value, weight = np.zeros(len(total)), np.zeros(len(total))
        for method, share in indicator.evidence.items():
            fed = [f"{method}/{item.id}" for item in instruments[method].items if item.indicator == indicator.id]
            mean = np.mean([truth.items[name] for name in fed], axis=0)
            value += np.where(np.isnan(mean), 0, share * np.nan_to_num(mean))
            weight += np.where(np.isnan(mean), 0, share)
        total += indicator.points * value / weight
        base += indicator.points
    return 100 * total / base / 100


def declared_scores(truth: Truth, totals: np.ndarray) -> pd.DataFrame:
    """Declared scores by indicator, 0-100: near the truth, never under 85 in all, but for the special communities."""
    rng = truth.rng
    indicators = truth.programme.rubric.indicators
    points = np.array([indicator.points for indicator in indicators])
    goal = np.maximum(totals + rng.normal(1.0, 1.2, len(totals)), 85.5)
    for community, more in OVER_DECLARED.items():
        goal[community - 1] = min(totals[community - 1] + more, 98)
    goal[BELOW - 1] = 83.0
    table = goal[:, None] + rng.normal(0, 4, (len(totals), len(points)))
    for _ in range(50):   # spread what clipping takes away, until the totals are met
        table = np.clip(table, 0, 100)
        table += (goal - table @ points / 100)[:, None]
    declared = np.round(np.clip(table, 0, 100), 1)
    declared[BELOW - 1] = 83.0
    return pd.DataFrame(declared, columns=[f"declared_{indicator.id}" for indicator in indicators])


def declared_totals(declared: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Declared totals to two decimals, halves to the even one: summed in whole tenths, for among floats 85.515 falls to the
    side that the machine's order of adding takes it.
    """
    hundredths, rest = np.divmod(np.round(declared * 10).astype(int) @ np.round(points).astype(int), 10)
    return (hundredths + ((rest > 5) | ((rest == 5) & (hundredths % 2 == 1)))) / 100


def main(out: Path) -> None:
    """Write the whole round to `out`."""
    rng = np.random.default_rng(SEED)
    programme = load_programme(shipped("questionnaires") / "neighbourly")
    count = len(NAMES)
    ids = np.array([f"c{number:02d}" for number in range(1, count + 1)])
    households = np.round(np.exp(rng.uniform(np.log(300), np.log(3000), count))).astype(int)
    quality = rng.permutation(np.linspace(*QUALITY, count))
    quality[[number - 1 for number in (*OVER_DECLARED, BELOW)]] = QUALITY[0]
    truth = Truth(rng, programme, quality)
    truth.dimension = {d.id: rng.normal(0, SPREAD["dimension"], count) for d in programme.rubric.dimensions}

    community = np.repeat(ids, households)
    number = np.concatenate([np.arange(1, size + 1) for size in households])
    frame = pd.DataFrame({
        "unit": [f"{name}-{index:04d}" for name, index in zip(community, number, strict=True)],
        "community": community,
        "building": [f"B{(index - 1) // 60 + 1:02d}" for index in number],
        "phone": [f"100{index:08d}" for index in rng.permutation(len(community))],
    })
    write_csv(out / "frame" / "frame.csv", frame)

    back = {}
    drawn = None
    for method, design in DESIGNS.items():
        everyone = answer_all(truth, programme.instruments[method], households).assign(unit=frame["unit"])
        drawn = draw(Frame(frame), design, SEED + METHODS.index(method), apart_from=drawn)
        chosen = everyone[everyone["unit"].isin(drawn["unit"])]
        responded = rng.random(len(chosen)) < (0.75 if method == "questionnaire" else 0.45)
        if method == "questionnaire":
            few = (chosen["community"] == NINE_ANSWERS - 1).to_numpy()
            responded[few] = np.cumsum(responded[few]) * responded[few] <= 9
            responded[few] &= np.cumsum(responded[few]) <= 9
        if method == "phone":
            write_csv(out / "sample" / "phone_calls.csv", calls(rng, ids, chosen["community"].to_numpy(), responded))
        back[method] = as_returned(rng, programme.instruments[method], chosen[responded].drop(columns="unit"))
    sheets = {method: pd.DataFrame(
        [(c, f"{method[0]}{c + 1:02d}-{k + 1}") for c in range(count) for k in range(3 if method == "activity" else 2)
         for _ in range(2 if method == "activity" else 3) if not (method == "meeting" and c == NO_MEETING - 1)],
        columns=["community", "psu"]) for method in ("meeting", "activity")}
    for method, table in sheets.items():
        back[method] = rated(truth, programme.instruments[method], table, {"psu": 0.25, "sheet": 0.2, "item": 0.4})
    planted: list[pd.DataFrame] = []
    one_each = pd.DataFrame({"community": range(count), "psu": ids})
    records = rated(truth, programme.instruments["records"], one_each, {"psu": 0.3, "sheet": 0.0, "item": 0.5})
    language = [item.id for item in programme.instruments["records"].items if item.indicator == "3.4"]
    records.loc[NO_LANGUAGES - 1, language] = "na"
    back["records"] = records.drop(columns="psu")
    for method, table in back.items():
        shuffled = table.sample(frac=1, random_state=rng.integers(2**32)).assign(community=lambda t: ids[t["community"]])
        shuffled.insert(0, "respondent", random_ids(rng, len(shuffled)))
        order = ["respondent", "community", *(name for name in shuffled if name not in ("respondent", "community"))]
        write_csv(out / "answers" / f"{method}.csv", shuffled[order].sort_values("respondent"))
        if method in FIELD:
            straight = one_line(programme.instruments[method], shuffled) if method == "questionnaire" else frozenset()
            made, known = paradata(method, shuffled, straight)
            write_csv(out / "paradata" / f"{method}.csv", made)
            planted.append(known)

    totals = true_totals(truth, records)
    declared = declared_scores(truth, totals)
    names = pd.DataFrame(NAMES, columns=["name_zh", "name_en"])
    write_csv(out / "communities.csv", pd.concat(
        [pd.Series(ids, name="id"), names, pd.Series(households, name="households"), declared], axis=1))
    points = np.array([indicator.points for indicator in programme.rubric.indicators])
    summary = pd.DataFrame({"community": ids, "households": households, "true_total": totals.round(4),
                            "declared_total": declared_totals(declared.to_numpy(), points), "special": specials(count)})
    far = (summary["declared_total"] - summary["true_total"] > FAR) & (summary["special"] == "")
    summary.loc[far, "special"] = "declares just over 85, as it must to apply, far above its truth"
    write_csv(out / "truth.csv", summary)
    write_csv(out / "planted.csv", pd.concat(planted))
    write_text(out / "round.yaml", (HERE / "round.template.yaml").read_text(encoding="utf-8"))
    for earlier in (out / "sample").glob("*.json"):
        earlier.unlink()
    sample(out)
    template = (HERE / "SOURCES.template.md").read_text(encoding="utf-8")
    write_text(HERE / "SOURCES.md" if out.parent == HERE else out / "SOURCES.md",
               template.replace("{{TABLE}}", markdown(summary)).replace("{{PLANTED}}", markdown(counted(pd.concat(planted)))))


def calls(rng: np.random.Generator, ids: np.ndarray, community: np.ndarray, responded: np.ndarray) -> pd.DataFrame:
    """Final disposition of every phone case; those that responded are complete (1.1) or, 4% of them, partial (1.2)."""
    other = rng.choice(list(NO_INTERVIEW), size=len(community), p=list(NO_INTERVIEW.values()))
    reached = np.where(rng.random(len(community)) < 0.04, "1.2", "1.1")
    table = pd.DataFrame({"case": random_ids(rng, len(community)), "community": ids[community],
                          "disposition": np.where(responded, reached, other)})
    return table.sort_values("case")


def random_ids(rng: np.random.Generator, count: int) -> list[str]:
    """Distinct random ids that say nothing of the household."""
    return [f"{value:08x}" for value in rng.choice(2**32, size=count, replace=False)]


def specials(count: int) -> list[str]:
    """What is special about each community, in words; blank for most."""
    said = {number: f"declares {more:g} points above its truth" for number, more in OVER_DECLARED.items()}
    said |= {BELOW: "declares 83 and may not apply", NINE_ANSWERS: "nine questionnaires came back",
             NO_MEETING: "no residents' meeting was held", NO_LANGUAGES: "record on language exchange does not apply"}
    return [said.get(number, "") for number in range(1, count + 1)]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE / "autumn-2026")
