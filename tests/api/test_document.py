"""The OpenAPI document: valid, and for each operation words, examples that are true, and what may be refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from tests.api.kit import Api

Node = dict[str, Any]
EVERYWHERE = {"400", "406", "429", "503"}


@pytest.fixture
def document(api: Api) -> Node:
    return dict(api.get("schema/").json())


def operations(document: Node) -> Iterator[tuple[str, str, Node]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def problems(document: Node, content: Node) -> list[str]:
    schema = {**content["schema"], "components": document["components"]}
    return [error.message for error in OAS31Validator(schema).iter_errors(content["example"])]


def test_it_is_valid_openapi_3_1(document: Node) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_it_names_every_address_and_who_may_call(document: Node) -> None:
    assert {"/api/jobs/", "/api/jobs/{name}/trigger/", "/api/runs/{run_id}/log/"} <= set(document["paths"])
    for path, _, operation in operations(document):
        assert ({"token": []} in operation["security"]) != path.startswith("/api/start/"), path
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_it_is_made_without_a_warning(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.get("schema/")
    assert "Warning" not in capsys.readouterr().err


def test_each_operation_says_in_words_what_it_does(document: Node) -> None:
    silent = [path for path, _, operation in operations(document) if len(operation["description"]) < 10]
    assert silent == []
    assert "Denies by default" not in str(document)


def test_each_parameter_and_body_has_an_example_and_each_field_of_a_body_is_known(document: Node) -> None:
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            assert parameter.keys() & {"example", "examples"}, (path, method, parameter["name"])
        if body := operation.get("requestBody"):
            content = body["content"]["application/json"]
            content.setdefault("example", content["schema"].get("example"))
            assert problems(document, content) == [], (path, method)


def test_each_answer_has_an_example_of_its_own_shape(document: Node) -> None:
    answers = {
        (path, method, status): content
        for path, method, operation in operations(document)
        for status, answer in operation["responses"].items()
        for content in answer.get("content", {}).values()
    }
    assert {key: found for key, content in answers.items() if (found := problems(document, content))} == {}
    assert len(answers) >= 50


def test_each_operation_tells_what_it_may_refuse_in_the_one_shape(document: Node) -> None:
    for path, method, operation in operations(document):
        wanted = set(EVERYWHERE)
        wanted |= {"413", "415"} if method in ("post", "put", "patch") else set()
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"401"} if not path.startswith("/api/start/") else set()
        assert wanted <= set(operation["responses"]), (path, method)
        assert "default" not in operation["responses"]
    shapes = [
        answer["content"]["application/json"] for answer in document["components"]["responses"].values()
    ]
    assert {content["schema"]["$ref"] for content in shapes} == {"#/components/schemas/Error"}
    assert [problems(document, content) for content in shapes] == [[]] * len(shapes)


def test_what_is_told_to_be_waited_for_is_told(document: Node) -> None:
    assert "Retry-After" in document["components"]["responses"]["TooMany"]["headers"]
