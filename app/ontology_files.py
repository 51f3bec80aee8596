"""Doors for ontologies as files: the export as a zip, and an import of the bytes of a file."""

from flask import Blueprint, Response, jsonify, request, send_file

from app.auth import authorize
from app.conditional import etag
from app.operations.ontologies import ImportOntology, import_content
from app.services import Services
from app.table_files import exported_tables, tables_zip
from app.time_travel import shown
from graph.errors import BadInput
from graph.ontology.export import export_zip


def ontology_blueprint(services: Services) -> Blueprint:
    """Make the routes, below `/api/v1/projects/<project>`."""
    blueprint = Blueprint("ontology_files", __name__, url_prefix="/api/v1/projects/<project>")

    @blueprint.get("/export.zip")
    def export(project: str) -> Response:
        """Send the ontology, now or at a version, as a ZIP file."""
        authorize(services, request, "read")
        text = request.args.get("version", "")
        if text and not text.isdecimal():
            raise BadInput(f"The version must be a number, not {text!r}.")
        with shown(services.projects.get(project), request) as found:
            more = {} if text else exported_tables(found)
            archive = export_zip(found, int(text) if text else None, more)
            response = Response(archive, content_type="application/zip")
            response.headers["ETag"] = etag(found.sequence)
        response.headers["Content-Disposition"] = f'attachment; filename="{project}-ontology.zip"'
        return response

    @blueprint.get("/tables.zip")
    def tables(project: str) -> Response:
        """Send the canonical tables, which the exported mapping reads, as a ZIP file."""
        authorize(services, request, "read")
        with shown(services.projects.get(project), request) as found:
            path = tables_zip(found)
        return send_file(path, "application/zip", True, f"{project}-tables.zip")

    @blueprint.put("/ontology")
    def put(project: str) -> Response:
        """Import the ontology in the body."""
        authorize(services, request, "write")
        chosen = ("part", "strategy", "action", "by")
        fields = {name: request.args[name] for name in chosen if name in request.args}
        wanted = ImportOntology(project, "", request.mimetype, **fields)
        return jsonify(vars(import_content(services, wanted, request.get_data())))

    return blueprint
