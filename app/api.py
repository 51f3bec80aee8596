"""REST: one flask-smorest route per operation, generated from the registry."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import marshmallow_dataclass
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema

from app.auth import authorize
from app.conditional import conditional_services, is_known, tag_answer
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.services import Services
from app.time_travel import shown

PREFIX = "/api/v1"


def install(app: Flask, services: Services) -> Api:
    """Add all operations to the application, with an OpenAPI 3.1 document."""
    app.config.update(
        API_TITLE="Mimir",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app)
    blueprint = Blueprint("operations", __name__, url_prefix=PREFIX)
    for operation in OPERATIONS.values():
        _add(blueprint, operation, services)
    api.register_blueprint(blueprint)
    return api


def path_fields(operation: Operation) -> tuple[str, ...]:
    """List the request fields that are part of the path, in order."""
    return tuple(part[1:-1] for part in operation.path.split("/") if part.startswith("<"))


def _add(blueprint: Blueprint, operation: Operation, services: Services) -> None:
    inside = path_fields(operation)

    def view(*arguments: Any, **path: Any) -> Any:
        """Authorize the call, then run the operation."""
        authorize(services, request, operation.permission)
        fields = {**(vars(arguments[0]) if arguments else {}), **path}
        door = {item.name: fields.pop(item.name, None) for item in operation.door_fields}
        with _scoped(operation, services, fields.get("project"), **door) as scoped:
            if scoped is None:
                return Response(status=304)
            return operation.function(scoped, operation.request(**fields))

    view.__name__ = operation.name
    view.__doc__ = operation.summary
    wrapped: Callable[..., Any] = blueprint.response(
        operation.status, marshmallow_dataclass.class_schema(operation.response)
    )(view)
    schema = _arguments(operation, inside)
    if schema:
        location = "json" if operation.method in ("POST", "PUT") else "query"
        example = {key: value for key, value in operation.example.items() if key not in inside}
        extra = {"example": example} if location == "json" else {}
        wrapped = blueprint.arguments(schema, location=location, **extra)(wrapped)
    wrapped = blueprint.doc(operationId=operation.name)(wrapped)
    blueprint.route(operation.path, methods=[operation.method])(wrapped)


@contextmanager
def _scoped(
    operation: Operation,
    services: Services,
    project: str | None,
    *,
    at: str | None = None,
    if_match: str | None = None,
    require_ask: str | None = None,
) -> Iterator[Services | None]:
    """Have the answer tagged with a commit, read the state asked for, change it on conditions.

    Gives None when the caller knows the state already.
    """
    if project is None:
        yield services
    elif operation.timed:
        with shown(services.projects.get(project), request, at) as found:
            tag_answer(found.sequence)
            known = is_known(request, found.sequence)
            projects = services.projects.with_project(found)
            yield None if known else dataclasses.replace(services, projects=projects)
    elif operation.permission == "read":
        tag_answer(services.projects.get(project).dataset.sequence)
        yield services
    else:
        yield conditional_services(services, request, project, if_match, require_ask)


def _arguments(operation: Operation, inside: tuple[str, ...]) -> type[Schema] | None:
    outside = [
        (item.name, item.type, dataclasses.field(default=item.default, metadata=item.metadata))
        for item in operation.fields
        if item.name not in inside
    ]
    if not outside:
        return None
    # Operations share request classes but not what the doors add, so each body has its own name.
    name = operation.name.title().replace("_", "") + "Body"
    body = dataclasses.make_dataclass(name, outside, frozen=True)
    return marshmallow_dataclass.class_schema(body)
