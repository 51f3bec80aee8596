"""The Flask application: all HTTP doors over one set of services."""

from flask import Flask

from app import api, audit, cors, errors
from app.events import events_blueprint
from app.files import files_blueprint
from app.graph_store import graph_store_blueprint
from app.ontology_files import ontology_blueprint
from app.pages import pages_blueprint
from app.saved_queries import saved_queries_blueprint
from app.services import Services
from app.sparql import sparql_blueprint
from app.void import void_blueprint


def create_app(services: Services) -> Flask:
    """Make the application; uploads go to disk, not to memory."""
    app = Flask("mimir", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = services.settings.upload_mb << 20
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 << 20
    audit.install(app, services)
    cors.install(app, services.settings)
    api.install(app, services)
    # After the REST doors, which bring handlers of their own.
    errors.install(app)
    for blueprint in (
        files_blueprint(services),
        events_blueprint(services),
        sparql_blueprint(services),
        saved_queries_blueprint(services),
        graph_store_blueprint(services),
        void_blueprint(services),
        ontology_blueprint(services),
        pages_blueprint(services),
    ):
        app.register_blueprint(blueprint)
    return app
