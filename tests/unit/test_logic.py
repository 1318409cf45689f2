"""Who is asked and what is calculated, over a table of answers."""

import pandas as pd

from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.logic import asked_of


def instrument(*items):
    return Instrument.model_validate({
        "instrument": "form", "method": "phone", "version": "1", "title": "T", "languages": ["en"],
        "items": [{"label": item["id"], **item} for item in items]})


def test_a_calculation_that_is_never_blank_is_blank_where_it_is_not_asked():
    form = instrument({"id": "a", "type": "integer"},
                      {"id": "b", "type": "calculate", "calculation": "if(${a} > 2, 1, 0)", "relevant": "${a} != ''"},
                      {"id": "c", "type": "integer", "relevant": "${b} = 0"})
    asked, codes = asked_of(form, pd.DataFrame({"a": ["1", "", "5"], "c": ["7", "8", "9"]}, dtype="str"))
    assert codes["b"].tolist() == ["0", "", "1"]
    assert asked["b"].tolist() == [True, False, True]
    assert asked["c"].tolist() == [True, False, False]
