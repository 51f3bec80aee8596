"""The SPARQL 1.1 Service Description of an endpoint: https://www.w3.org/TR/sparql11-service-description/."""

from flask import Request, Response

from app.conditional import conditional_answer, etag
from app.negotiation import negotiated
from graph.projects import Project
from graph.service_description import GRAPH_MEDIA, ServiceFacts, service_description


def describe_service(call: Request, project: Project) -> Response:
    """Describe the endpoint that was called.

    Raises:
        NotAcceptable: the caller takes no RDF.
    """
    media = negotiated(call, GRAPH_MEDIA)
    names, dataset = project.names, project.dataset
    facts = ServiceFacts(
        endpoint=call.base_url.rstrip("/"),
        title=names.project,
        default_graphs=names.default_graphs,
        named_graphs=tuple(dataset.graphs()),
        updates=True,
    )
    response = Response(service_description(facts, media), content_type=media)
    response.headers["ETag"] = etag(dataset.sequence, "" if media == GRAPH_MEDIA[0] else media)
    response.headers["Vary"] = "Accept"
    return conditional_answer(response, call)
