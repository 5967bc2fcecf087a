"""Results, reports, and files that are fed back."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import load_document
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.report import (
    MOST_DIFF_LINES,
    MOST_FAILURES,
    count_outcomes,
    diff_of,
    failed_rules,
    failures,
    render_report,
    render_rules,
    successful_rules,
    summary_line,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import (
    COPIED,
    FAILED,
    FILTERED,
    OUTCOMES,
    POSTPONED,
    SKIPPED,
    Image,
)

ERROR = RegistryError("it broke", where="here", status=500, code="X", hint="mend it")


def image(outcome, tag="v1", source="source.example/ns/app", destination="destination.example/ns/app"):
    (rule,) = parse_rules({source: destination}, where="images", environ={"V": "destination.example/ns/env"})
    made = Image(rule, rule.source, tag, rule.destination, tag)
    if outcome is not None:
        made.finish(outcome, error=ERROR if outcome == FAILED else None)
    return made


ALL = [image(outcome, "v" + outcome) for outcome in OUTCOMES]
RULE = image(FAILED, None, "source.example/ns/app:/^v/")


def test_an_image_ends_once():
    one = image(COPIED)
    assert not one.finish(FAILED, error=ERROR)
    assert (one.outcome, one.error) == (COPIED, None)


def test_the_sum_is_the_total():
    counts = count_outcomes([*ALL, RULE])
    assert counts == {"total": 6, COPIED: 1, SKIPPED: 1, FILTERED: 1, POSTPONED: 1, FAILED: 2}
    assert counts.pop("total") == sum(counts.values())


def test_the_closing_line():
    assert summary_line([*ALL, RULE]) == (
        "Images(5) migration finished, 1 images tasks failed, 1 tasks generate failed"
    )
    assert summary_line([]) == "Images(0) migration finished, 0 images tasks failed, 0 tasks generate failed"


def test_failures_say_what_and_how_to_mend_it():
    assert failures(ALL) == [
        {
            "source": "source.example/ns/app:vfailed",
            "destination": "destination.example/ns/app:vfailed",
            "rule": ALL[3].rule.where,
            "error": str(ERROR),
            "hint": "mend it",
        }
    ]


def test_every_failed_image_is_listed_and_no_common_error_hides_another():
    def failed(tag, error):
        one = image(None, tag)
        one.finish(FAILED, error=error)
        return one

    down = RegistryError("the registry is down")
    images = [failed("a{0}".format(number), down) for number in range(3)] + [failed("b", RegistryError("other"))]
    assert [entry["source"].rpartition(":")[2] for entry in failures(images)] == ["a0", "b", "a1", "a2"]
    many = [failed("a{0}".format(number), down) for number in range(2 * MOST_FAILURES)] + images[-1:]
    found = failures(many)
    assert len(found) == MOST_FAILURES
    assert found[1]["error"] == "other"


def test_the_diff_names_what_is_written():
    done = image(COPIED)
    done.destination_digest = "sha256:x"
    planned = image(None, "v2")
    planned.tree = object()
    assert diff_of([done, planned, *ALL[1:]]) == {
        "before": "",
        "after": "destination.example/ns/app:v1 sha256:x\ndestination.example/ns/app:v2 None\n",
    }
    many = [image(COPIED, "v{0}".format(number)) for number in range(MOST_DIFF_LINES + 5)]
    assert diff_of(many)["after"].splitlines()[-1] == "and 5 more"


def test_success_is_what_is_there_now():
    assert successful_rules([*ALL, RULE]) == {
        "source.example/ns/app:vcopied": "destination.example/ns/app:vcopied",
        "source.example/ns/app:vskipped": "destination.example/ns/app:vskipped",
    }


def test_failures_are_fed_back_in_the_rules_own_words_where_there_is_no_tag():
    default = Image(RULE.rule, RULE.rule.source, None, RULE.rule.destination, None)
    default.finish(FAILED, error=ERROR)
    assert failed_rules([*ALL, RULE]) == {
        "source.example/ns/app:vfailed": "destination.example/ns/app:vfailed",
        "source.example/ns/app:/^v/": "destination.example/ns/app",
    }
    variable = image(FAILED, None, destination="$V")
    assert failed_rules([variable]) == {"source.example/ns/app": "$V"}


def test_one_source_with_several_destinations_is_a_list():
    images = [image(FAILED, destination="destination.example/ns/" + name) for name in ("a", "b", "c")]
    assert failed_rules(images) == {
        "source.example/ns/app:v1": ["destination.example/ns/{0}:v1".format(name) for name in ("a", "b", "c")]
    }


def test_the_report_has_every_image():
    document = json.loads("".join(render_report({"msg": "m"}, [*ALL, RULE])))
    assert document["images"]["total"] == len(document["results"]) == 6
    failed = document["results"][4]
    assert (failed["outcome"], failed["error"], failed["details"]["hint"]) == (FAILED, str(ERROR), "mend it")
    assert document["msg"] == "m"
    assert document["version"] == 1


def test_no_rules_render_as_an_empty_mapping():
    assert yaml.safe_load(render_rules({}, False)) == json.loads(render_rules({}, True)) == {}


NAMES = st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8}){1,3}", fullmatch=True)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True) | st.sampled_from(["1.0", "no", "0x1", "1e3"])


@pytest.fixture(scope="module")
def rules_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rules")


@given(st.lists(st.tuples(NAMES, TAGS, NAMES), min_size=1, max_size=6), st.booleans())
def test_failed_images_can_be_fed_back(rules_folder, images, as_json):
    failed = [
        image(FAILED, tag, "source.example/" + source, "destination.example/" + destination)
        for source, tag, destination in images
    ]
    path = rules_folder / ("failed.json" if as_json else "failed.yaml")
    path.write_text(render_rules(failed_rules(failed), as_json))
    again = parse_rules(load_document(str(path)), where="x", environ={})
    asked = {
        (str(rule.source), rule.selector.values[0], str(rule.destination), (rule.destination_tags or (None,))[0])
        for rule in again
    }
    assert asked == {(str(one.source), one.source_ref, str(one.destination), one.source_ref) for one in failed}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS, min_size=1, max_size=3), max_size=4))
def test_any_text_survives_yaml_and_json(rules):
    assert json.loads(render_rules(rules, True)) == rules
    assert yaml.safe_load(render_rules(rules, False)) == rules


@pytest.mark.parametrize("length", [1000, 5000])
def test_a_long_source_survives_yaml(length):
    rules = {"source.example/ns/app:/" + "a" * length + "/": "destination.example/ns/app"}
    assert yaml.safe_load(render_rules(rules, False)) == rules
