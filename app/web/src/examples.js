// Example queries, written from the classes that a project has.

const LISTED_CLASSES = 40;
const PROPERTIES_QUERY = `PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?property ?kind ?domain ?range
WHERE {
  VALUES ?kind { owl:DatatypeProperty owl:ObjectProperty }
  ?property a ?kind .
  OPTIONAL { ?property rdfs:domain ?domain }
  OPTIONAL { ?property rdfs:range ?range }
}
ORDER BY ?domain ?property
LIMIT 200`;

/** Write the examples for the classes of a summary, largest class first: [{title, query}]. */
export function exampleQueries(classes) {
  if (classes.length === 0) {
    return [{ title: "Everything, first 10", query: "SELECT ?s ?p ?o\nWHERE { ?s ?p ?o }\nLIMIT 10" }];
  }
  const ordered = [...classes].sort((left, right) => right.count - left.count);
  const largest = ordered[0];
  return [
    { title: "Things per class", query: countQuery(ordered) },
    { title: `First 10 of ${largest.label || largest.name}`, query: firstOfClassQuery(largest.iri) },
    { title: `One ${largest.label || largest.name} as Turtle`, query: turtleQuery(largest.iri) },
    { title: "Properties", query: PROPERTIES_QUERY },
  ];
}

/** Write the query for the first ten things of a class with all they have. */
export function firstOfClassQuery(iri) {
  return [
    "SELECT ?thing ?property ?value",
    "WHERE {",
    `  { SELECT ?thing WHERE { ?thing a ${reference(iri)} } LIMIT 10 }`,
    "  ?thing ?property ?value .",
    "}",
    "ORDER BY ?thing ?property",
  ].join("\n");
}

/** Write the query for all that is said about one thing. */
export function aboutQuery(iri) {
  return ["SELECT ?property ?value", `WHERE { ${reference(iri)} ?property ?value }`, "ORDER BY ?property", "LIMIT 200"].join("\n");
}

function countQuery(classes) {
  const listed = classes.slice(0, LISTED_CLASSES).map((item) => `    ${reference(item.iri)}`);
  return [
    "SELECT ?class (COUNT(?thing) AS ?things)",
    "WHERE {",
    "  VALUES ?class {",
    ...listed,
    "  }",
    "  ?thing a ?class .",
    "}",
    "GROUP BY ?class",
    "ORDER BY DESC(?things)",
  ].join("\n");
}

function turtleQuery(iri) {
  return [
    "CONSTRUCT { ?thing ?property ?value }",
    "WHERE {",
    `  { SELECT ?thing WHERE { ?thing a ${reference(iri)} } LIMIT 1 }`,
    "  ?thing ?property ?value .",
    "}",
  ].join("\n");
}

// Whatever a summary holds, only characters of an IRI may stand between the brackets.
const reference = (iri) => `<${iri.replace(/[\s<>"\\^`{|}]/g, encodeURIComponent)}>`;
