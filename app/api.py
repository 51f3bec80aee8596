"""REST: one flask-smorest route per operation, generated from the registry."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import marshmallow_dataclass
from flask import Flask, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema

from app.auth import authorize
from app.conditional import conditional_services, tag_answer
from app.operations.catalog import OPERATIONS
from app.operations.registry import Operation
from app.services import Services

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
        return operation.function(_scoped(operation, services, fields), operation.request(**fields))

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


def _scoped(operation: Operation, services: Services, fields: Mapping[str, Any]) -> Services:
    """Have the answer tagged with the project's commit; let a change heed If-Match."""
    project = fields.get("project")
    if project is None:
        return services
    if operation.permission == "read":
        tag_answer(services.projects.get(project).dataset.sequence)
        return services
    return conditional_services(services, request, project)


def _arguments(operation: Operation, inside: tuple[str, ...]) -> type[Schema] | None:
    outside = [
        (item.name, item.type, dataclasses.field(default=item.default, metadata=item.metadata))
        for item in dataclasses.fields(operation.request)
        if item.name not in inside
    ]
    if not outside:
        return None
    body = dataclasses.make_dataclass(f"{operation.request.__name__}Body", outside, frozen=True)
    return marshmallow_dataclass.class_schema(body)
